#include <mqrig/net/preamble_layer.hpp>
#include <mqrig/net/proxy_header.hpp>
#include <mqrig/net/proxy_header_reader.hpp>

namespace mqrig::net {
namespace {

class ProxiedStream final : public PreambleLayer {
 public:
  explicit ProxiedStream(std::unique_ptr<Stream> below)
      : PreambleLayer(std::move(below), std::make_unique<ProxyHeaderReader>()) {}

  std::string description() const override {
    return description_.empty() ? below().description() : description_;
  }
  std::string peer_address() const override {
    return description_.empty() ? below().peer_address() : host_;
  }
  std::vector<std::string> facts() const override {
    std::vector<std::string> lines = below().facts();
    if (!description_.empty()) lines.push_back("PROXY header: from " + below().description());
    return lines;
  }

 private:
  void on_done(const Preamble& preamble) override {
    const auto& header = static_cast<const ProxyHeaderReader&>(preamble);
    host_ = header.host();
    description_ = header.description();
  }
  std::string early_end() const override {
    return "the connection ended before a header of the PROXY protocol";
  }

  std::string host_;
  std::string description_;
};

}  // namespace

std::unique_ptr<Stream> accept_proxy_header(std::unique_ptr<Stream> stream) {
  return std::make_unique<ProxiedStream>(std::move(stream));
}

}  // namespace mqrig::net
