#include <mqrig/net/host_port.hpp>
#include <mqrig/net/http_connect.hpp>
#include <mqrig/net/preamble_layer.hpp>
#include <mqrig/net/proxy_tunnel.hpp>
#include <mqrig/net/socks_handshake.hpp>

namespace mqrig::net {
namespace {

class ProxyTunnel final : public PreambleLayer {
 public:
  ProxyTunnel(std::unique_ptr<Stream> below, std::unique_ptr<Preamble> preamble, std::string target,
              std::string proxy)
      : PreambleLayer(std::move(below), std::move(preamble)),
        target_(std::move(target)),
        proxy_(std::move(proxy)) {}

  std::string description() const override { return "tcp " + target_ + " through " + proxy_; }

  std::vector<std::string> facts() const override {
    std::vector<std::string> lines = below().facts();
    lines.push_back("proxy: " + proxy_ + " to " + target_ + " (" + below().description() + ")");
    return lines;
  }

 private:
  std::string early_end() const override { return "it closed the connection without an answer"; }

  std::string target_;
  std::string proxy_;
};

}  // namespace

std::unique_ptr<Layer> connect_through_proxy(std::unique_ptr<Stream> stream, const Proxy& proxy,
                                             const std::string& host, std::uint16_t port) {
  const bool http = proxy.kind == Proxy::Kind::http || proxy.kind == Proxy::Kind::https;
  std::unique_ptr<Preamble> preamble;
  if (http) {
    preamble = std::make_unique<HttpConnect>(proxy.username, proxy.password, host, port);
  } else {
    preamble = std::make_unique<SocksHandshake>(proxy.username, proxy.password, host, port);
  }
  return std::make_unique<ProxyTunnel>(std::move(stream), std::move(preamble),
                                       join_host_port(host, port), proxy.text());
}

}  // namespace mqrig::net
