// Nanoseconds per message for turning messages into text and lines into messages, 64 KiB at a
// time, as the loop of sub and pub does.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/format.hpp>
#include <mqrig/payload/json_reader.hpp>
#include <mqrig/payload/json_writer.hpp>
#include <mqrig/payload/line_splitter.hpp>
#include <mqrig/payload/plain_writer.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig;
using namespace mqrig::payload;
using bench::best_of_rounds;
using bench::keep;

constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t batch = 500;  // messages of one read
constexpr WallTime noon{std::chrono::seconds{1'795'348'800}};

void report(const char* what, double ns) {
  std::printf("%-48s %8.1f\n", what, ns);
}

wire::Publish message(std::string_view payload) {
  wire::Publish publish;
  publish.topic = "site/4/sensor/17/tem";  // 20 bytes
  publish.payload = wire::as_bytes(payload);
  return publish;
}

template <typename Write>
void measure_writing(const char* what, const wire::Publish& publish, Write write) {
  wire::Buffer out;
  const double ns = best_of_rounds(batch, [&] {
    out.clear();
    for (std::size_t i = 0; i < batch; ++i) {
      wire::Publish one = publish;
      keep(one);
      // A few microseconds between messages, and a new second now and then.
      write(out, one, noon + std::chrono::microseconds(i * 7));
    }
    keep(out);
  });
  report(what, ns);
}

void measure_plain(const char* what, PlainStyle style) {
  measure_writing(what, message("0123456789abcdef"),
                  [style](wire::Buffer& out, const wire::Publish& one, WallTime) {
                    write_plain(out, one, style);
                  });
}

void measure_json(const char* what, const wire::Publish& publish,
                  JsonPayload payload = JsonPayload::text) {
  JsonWriter writer(payload);
  measure_writing(what, publish,
                  [&writer](wire::Buffer& out, const wire::Publish& one, WallTime time) {
                    writer.write(out, one, time);
                  });
}

void measure_format(const char* what, const char* text) {
  std::string error;
  auto format = Format::compile(text, true, error);
  if (!format) std::abort();
  measure_writing(what, message("0123456789abcdef"),
                  [&format](wire::Buffer& out, const wire::Publish& one, WallTime time) {
                    format->render(out, one, time);
                  });
}

void measure_json_with_properties() {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::content_type, "text/plain");
  properties.add(wire::PropertyId::message_expiry_interval, 60);
  properties.add(wire::PropertyId::user_property, "key", "value");
  wire::Publish publish = message("0123456789abcdef");
  publish.properties = properties.view();
  measure_json("JSON, 16 bytes of ASCII, 3 properties", publish);
}

void measure_splitting(const char* what, std::size_t line_size) {
  std::string block;
  std::size_t lines = 0;
  for (; block.size() + line_size < block_size; ++lines)
    block += std::string(line_size, 'x') + '\n';
  LineSplitter splitter;
  const double ns = best_of_rounds(lines, [&] {
    splitter.feed(block);
    std::string_view record;
    while (splitter.next(record) == SplitStatus::record) keep(record);
  });
  report(what, ns);
}

void measure_reading(const char* what, const std::string& line) {
  JsonReader reader;
  const double ns = best_of_rounds(batch, [&] {
    for (std::size_t i = 0; i < batch; ++i) {
      wire::Publish read;
      if (!reader.read(line, read)) std::abort();
      keep(read);
    }
  });
  report(what, ns);
}

std::string json_line(const wire::Publish& publish) {
  wire::Buffer out;
  JsonWriter().write(out, publish, noon);
  return std::string(wire::as_text(out.view()));
}

void measure_base64() {
  const std::string bytes(block_size, '\x9A');
  wire::Buffer out;
  const double encode = best_of_rounds(block_size, [&] {
    out.clear();
    append_base64(out, wire::as_bytes(bytes));
    keep(out);
  });
  const std::string text(wire::as_text(out.view()));
  std::string decoded;
  const double decode = best_of_rounds(block_size, [&] {
    decoded.clear();
    if (!decode_base64(text, decoded)) std::abort();
    keep(decoded);
  });
  std::printf("%-48s %8.2f %8.2f GB/s\n", "base64, 64 KiB, encode and decode", 1 / encode,
              1 / decode);
}

}  // namespace

int main() {
  std::printf("%-48s %8s   20-byte topic, best of 1000 rounds\n", "", "ns");
  measure_plain("plain, 16 bytes", {.topic = false, .newline = true});
  measure_plain("verbose, 16 bytes", {.topic = true, .newline = true});
  measure_json("JSON, 16 bytes of ASCII", message("0123456789abcdef"));
  measure_json("JSON, 64 bytes of ASCII", message(std::string(64, 'x')));
  measure_json("JSON, 64 bytes with 8 escapes",
               message(R"({"t":21.5,"unit":"C","name":"abcdefghijklmnopqrstuvwxyz012345"})"));
  measure_json("JSON, 64 bytes of UTF-8", message("Температура воздуха, °C: 世界世界 ééé 21.5"));
  measure_json("JSON, 64 bytes as base64", message(std::string(64, '\x80')));
  measure_json("JSON, 64 bytes embedded as a value",
               message(R"({"t":21.5,"unit":"C","name":"abcdefghijklmnopqrstuvwxyz012345"})"),
               JsonPayload::value);
  measure_json_with_properties();
  measure_format("format %t %p", "%t %p");
  measure_format("format %I %t %x", "%I %t %x");
  measure_format("format %j", "%j");
  measure_splitting("split lines of 16 bytes", 16);
  measure_splitting("split lines of 100 bytes", 100);
  measure_reading("read a JSON line, 16 bytes of ASCII", json_line(message("0123456789abcdef")));
  measure_reading("read {\"topic\":…,\"payload\":…}",
                  R"({"topic":"site/4/sensor/17/tem","payload":"0123456789abcdef"})");
  measure_base64();
}
