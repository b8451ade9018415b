#pragma once

#include <memory>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/resolve.hpp>
#include <mqrig/net/timer.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mqrig::net {

class SocketConnect;
class TransportSetup;

// One run of a Connector: from the options to a stream, or to the reasons why there is none. Owned
// by the connector; shared only so that it may be dropped from inside its own calls.
class Connector::Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(Connector& connector, ConnectOptions options, Callback callback);
  ~Attempt();

  // Begins in the next turn of the event loop.
  void post_begin();
  // Lets go of everything; nothing is called any more.
  void stop();

 private:
  using Found = void (Attempt::*)(Endpoints);

  void begin();
  void find_hosts();
  void next_host();
  void find_endpoints();
  void find_targets();
  void set_targets(Endpoints endpoints);
  void find_proxy();
  std::optional<Endpoints> find_without_asking(const std::string& host, std::uint16_t port) const;
  void look_up(const std::string& host, std::uint16_t port, Found found);
  void set_endpoints(Endpoints endpoints);
  bool keep_bindable(Endpoints& endpoints);
  void next_socket();
  void socket_done(SocketConnect& socket, std::error_code error);
  bool settle(SocketConnect& socket, std::error_code error);
  void set_up(std::unique_ptr<Stream> stream);
  void setup_done(std::error_code error);
  void note_failure(const std::string& what, const std::string& why, std::error_code error);
  void timed_out();
  void fail();
  void reject(const std::string& why);
  void finish(std::error_code error, std::unique_ptr<Stream> stream);
  bool with_proxy() const;
  std::string name_of(const Endpoint& remote) const;
  std::string dialled() const;

  Connector& connector_;
  ConnectOptions options_;
  Callback callback_;
  bool stopped_ = false;

  std::unique_ptr<SrvLookup> srv_;
  std::string domain_;  // of the SRV records
  std::vector<SrvTarget> hosts_;
  std::size_t next_host_ = 0;
  std::vector<std::string> targets_;  // what a proxy is asked for, in this order
  std::size_t target_ = 0;
  std::unique_ptr<Resolve> resolve_;
  std::string resolved_;  // whose name is being looked up
  Endpoints local_;       // what the bind address means
  Endpoints endpoints_;   // in the order in which they are tried
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<SocketConnect>> sockets_;  // under way
  std::unique_ptr<TransportSetup> setup_;

  Timer deadline_;
  Timer stagger_;

  std::error_code error_;
  std::string detail_;
};

}  // namespace mqrig::net
