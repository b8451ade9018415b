#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <mqrig/net/blocking_lookup.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/srv_answer.hpp>
#include <mqrig/net/srv_lookup.hpp>
#include <random>
#include <span>

namespace mqrig::net {
namespace {

struct Answer {
  std::error_code error;
  std::string reason;
  std::vector<SrvTarget> targets;
};

Answer failed(Error error, std::string reason) {
  return {error, std::move(reason), {}};
}

// The resolver's configuration, for one question.
class ResolverState {
 public:
  explicit ResolverState(const std::optional<DnsServer>& server) {
    open_ = ::res_ninit(&state_) == 0;
    if (!open_ || !server) return;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server->port);
    ::inet_pton(AF_INET, server->address.c_str(), &address.sin_addr);
    state_.nsaddr_list[0] = address;
    state_.nscount = 1;
  }
  ResolverState(const ResolverState&) = delete;
  ResolverState& operator=(const ResolverState&) = delete;
  ~ResolverState() {
    if (open_) ::res_nclose(&state_);
  }

  // The size of the answer; negative: none, and failure() says why.
  int ask(const std::string& name, std::span<std::uint8_t> answer) {
    if (!open_) return -1;
    return ::res_nquery(&state_, name.c_str(), ns_c_in, ns_t_srv, answer.data(),
                        static_cast<int>(answer.size()));
  }
  int failure() const { return open_ ? state_.res_h_errno : NO_RECOVERY; }

 private:
  struct __res_state state_ {};
  bool open_ = false;
};

Answer failure_of(int failure) {
  switch (failure) {
    case HOST_NOT_FOUND:
    case NO_DATA:
      return failed(Error::name_not_found, "the DNS has no SRV records of this name");
    case TRY_AGAIN:
      return failed(Error::resolver_failed, "no answer of a name server; try again later");
    default:
      return failed(Error::resolver_failed, "the name servers could not answer");
  }
}

Answer targets_of(std::vector<SrvRecord> records) {
  std::random_device device;
  order_srv_records(records, [&device](std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(0, most)(device);
  });
  Answer answer;
  for (SrvRecord& record : records) {
    if (!record.target.empty()) answer.targets.push_back({std::move(record.target), record.port});
  }
  if (!answer.targets.empty()) return answer;
  if (records.empty()) return failure_of(NO_DATA);
  return failed(Error::name_not_found, "the SRV record says that there is no such service");
}

Answer look_up(const std::string& name, const std::optional<DnsServer>& server) {
  std::vector<std::uint8_t> bytes(NS_MAXMSG);
  ResolverState resolver(server);
  const int size = resolver.ask(name, bytes);
  if (size < 0) return failure_of(resolver.failure());
  bytes.resize(std::min(static_cast<std::size_t>(size), bytes.size()));
  auto records = parse_srv_answer(bytes);
  if (records) return targets_of(std::move(*records));
  return failed(Error::resolver_failed, "the answer of the name server cannot be read");
}

}  // namespace

std::string srv_name(std::string_view domain, bool tls, bool web_socket) {
  std::string_view service = tls ? "_secure-mqtt" : "_mqtt";
  if (web_socket) service = tls ? "_wss" : "_ws";
  return std::string(service).append("._tcp.").append(domain);
}

struct SrvLookup::Lookup : BlockingLookup<Answer> {
  using BlockingLookup::BlockingLookup;
};

SrvLookup::SrvLookup(asio::io_context& context, std::string name, Callback callback,
                     std::optional<DnsServer> server)
    : lookup_(std::make_unique<Lookup>(
          context,
          [name = std::move(name), server = std::move(server)] { return look_up(name, server); },
          [callback = std::move(callback)](Answer answer) {
            callback(answer.error, std::move(answer.reason), std::move(answer.targets));
          })) {}

SrvLookup::~SrvLookup() = default;

}  // namespace mqrig::net
