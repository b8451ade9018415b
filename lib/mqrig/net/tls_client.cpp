#include <mqrig/net/tls.hpp>
#include <mqrig/net/tls_stream.hpp>

namespace mqrig::net {
namespace {

class OpenSslClient final : public TlsClient {
 public:
  explicit OpenSslClient(std::shared_ptr<const TlsContext> context)
      : context_(std::move(context)) {}

  std::unique_ptr<Stream> connect(std::unique_ptr<Stream> stream,
                                  const std::string& name) const override {
    return std::make_unique<TlsStream>(std::move(stream), context_, name);
  }

  void keep_sessions(std::size_t per_name) const override {
    context_->sessions().set_limit(per_name);
  }

 private:
  std::shared_ptr<const TlsContext> context_;
};

}  // namespace

std::shared_ptr<TlsClient> TlsClient::make(const TlsClientSettings& settings, std::string& error) {
  auto context = TlsContext::make(settings, error);
  return context ? std::make_shared<OpenSslClient>(std::move(context)) : nullptr;
}

}  // namespace mqrig::net
