#include <mqrig/net/tls.hpp>
#include <mqrig/net/tls_stream.hpp>

namespace mqrig::net {
namespace {

class OpenSslServer final : public TlsServer {
 public:
  OpenSslServer(const TlsServerSettings& settings, std::shared_ptr<const TlsContext> context)
      : settings_(settings), context_(std::move(context)) {}

  std::unique_ptr<Stream> accept(std::unique_ptr<Stream> stream) const override {
    return std::make_unique<TlsStream>(std::move(stream), context_, std::string());
  }

  std::string reload() override {
    std::string error;
    const auto renewed = TlsContext::make(settings_, error);
    if (!renewed) return error;
    // What changed in a directory of authorities nobody knows: all clients have to prove themselves
    // again.
    if (settings_.ca_path.empty()) renewed->share_tickets(*context_);
    context_ = renewed;
    return {};
  }

 private:
  TlsServerSettings settings_;
  std::shared_ptr<const TlsContext> context_;
};

}  // namespace

std::shared_ptr<TlsServer> TlsServer::make(const TlsServerSettings& settings, std::string& error) {
  auto context = TlsContext::make(settings, error);
  return context ? std::make_shared<OpenSslServer>(settings, std::move(context)) : nullptr;
}

}  // namespace mqrig::net
