// A payload as an element of a JSON array.
#pragma once

#include <mqrig/wire/buffer.hpp>

namespace mqrig::bridge {

// JSON stands for itself and keeps its bytes; other text becomes a string, other bytes a string of
// base64. What is no change is the view that came in, else it is one of `scratch`.
wire::ByteView json_element(wire::ByteView payload, wire::Buffer& scratch);

}  // namespace mqrig::bridge
