#include "session_eraser.hpp"

#include <utility>

namespace mqrig::pub {
namespace {

client::Options erasing(client::Options options) {
  options.clean_start = true;
  options.session_expiry = 0;
  options.survive_reconnects = options.keep_trying = options.reconnect = false;
  options.flush_by_owner = options.trace = false;
  options.will.reset();
  return options;
}

}  // namespace

SessionEraser::SessionEraser(asio::io_context& context, client::Options options, Callback callback)
    : callback_(std::move(callback)), client_(context, erasing(std::move(options)), *this) {}

}  // namespace mqrig::pub
