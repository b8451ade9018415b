// A server session under any client, with an owner that accepts and answers nearly everything: the
// input is a list of commands, of which some feed arbitrary bytes. Whatever comes, what the session
// sends is what a server may send to that client, and every message is completed once.
#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include <mqrig/session/server_session.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/publish_layout.hpp>

#include <tests/fuzz/input.hpp>
#include <tests/fuzz/require.hpp>
#include <tests/fuzz/server_packets.hpp>

using namespace mqrig;
using fuzz::Input;
using fuzz::require;
using session::EventKind;
using session::ServerEvent;
using session::ServerSession;

namespace {

using State = ServerSession::State;

class Run {
 public:
  explicit Run(wire::ByteView bytes) : input_(bytes) {
    const std::uint8_t choice = input_.byte();
    version_ = static_cast<wire::Version>(3 + choice % 3);
    exchange_.ack_mode =
        (choice & 0x10) != 0 ? session::AckMode::manual : session::AckMode::automatic;
    exchange_.assign_topic_aliases = (choice & 0x20) != 0;
    exchange_.window = (choice & 0x40) != 0 ? 3 : 65'535;
    exchange_.report_steps = (choice & 0x80) != 0;
    settings_.maximum_packet_size = 10'000;
    settings_.maximum_connect_size = 5'000;
    settings_.receive_maximum = 5;
    settings_.topic_alias_maximum = 4;
    method_.add(wire::PropertyId::authentication_method, "M");
    texts_.add(wire::PropertyId::reason_string, "a reason");
    texts_.add(wire::PropertyId::user_property, "key", "value");
    engine_ = std::make_unique<session::Engine>(session::Role::server, exchange_);
    session_ = std::make_unique<ServerSession>(settings_);
  }

  void commands() {
    for (int step = 0; !input_.empty() && step < 1000; ++step) {
      command();
      check();
    }
  }

 private:
  // What is needed of CONNECT when its bytes are gone.
  struct Connecting {
    bool clean_start = false;
    bool refused = false;
    bool has_method = false;
    std::uint16_t keep_alive = 0;
  };

  void command() {
    const std::uint8_t choice = input_.byte();
    switch (choice % 16) {
      case 0:
      case 1:
        return feed(input_.bytes(input_.byte()));
      case 2:
      case 3:
        return feed_packet();
      case 4:
      case 5:
        return forward(choice);
      case 6:
        return acknowledge();
      case 7:
        return pass_time();
      case 8:
        return open();
      case 9:
      case 10:
        open();
        return feed_connect(choice);
      case 11:
        return close();
      case 12:
        return restart();
      case 13:
        return resend();
      case 14:
        return session_->reading((choice & 0x10) != 0, now_);
      case 15:
        return end(choice);
    }
  }

  void open() {
    close();
    session_->open(now_);
    sent_.connection_opened();
  }

  void close() {
    session_->close();
    check();
    in_.clear();
  }

  void end(std::uint8_t choice) {
    if (choice < 0x80) {
      session_->disconnect(wire::ReasonCode{input_.byte()}, texts_.view(), out_);
    } else {
      engine_->shrink();
    }
  }

  // The process dies, and another one rebuilds the session from the rows of a store.
  void restart() {
    close();
    start_anew();
    session::Receiver& receiver = engine_->receiver();
    require(receiver.restore(1) && receiver.restore(2), "identifiers are restored");
    for (int count = input_.byte() % 4; count > 0; --count) restore_message(input_.byte());
  }

  void restore_message(std::uint8_t choice) {
    const auto id = static_cast<wire::PacketId>(1 + choice % 8);
    const wire::Buffer packet = encoded(choice, version_, id);
    const auto qos = static_cast<wire::QoS>(choice / 16 % 3);
    const bool released = (choice & 0x80) != 0;
    const bool restored =
        engine_->sender().restore(id, next_token_, version_, packet.view(), released);
    require(!restored || qos != wire::QoS::at_most_once, "QoS 0 is not restored");
    if (restored) outstanding_.insert(next_token_++);
  }

  wire::Buffer encoded(std::uint8_t choice, wire::Version version, wire::PacketId id) {
    wire::Publish publish;
    publish.topic = (choice & 0x08) != 0 ? "a/topic" : "b";
    publish.qos = static_cast<wire::QoS>(choice / 16 % 3);
    publish.packet_id = publish.qos == wire::QoS::at_most_once ? 0 : id;
    publish.retain = (choice & 0x40) != 0;
    wire::PropertyWriter properties;
    if ((choice & 0x04) != 0) properties.add(wire::PropertyId::message_expiry_interval, 100U);
    publish.properties = properties.view();
    wire::Buffer packet;
    wire::encode(packet, version, publish);
    return packet;
  }

  void forward(std::uint8_t) {
    if (session_->state() != State::connected) return;
    const std::uint8_t choice = input_.byte();
    const wire::Buffer packet = encoded(choice, session_->version(), 0xFFFF);
    const auto qos = static_cast<wire::QoS>(choice / 16 % 3);
    const bool ready = engine_->ready(qos);
    std::error_code error;
    if (engine_->assigns_topic_aliases()) {
      wire::Frame frame;
      wire::Publish publish;
      wire::split_frame(packet.view(), 1000, frame);
      wire::decode(frame, session_->version(), publish);
      error = engine_->publish(publish, next_token_, out_);
    } else {
      error = engine_->forward(packet.view(), qos, wire::packet_id_offset(packet.view()),
                               next_token_, out_);
    }
    if (error) return;
    require(ready, "what is not ready takes nothing");
    if (qos != wire::QoS::at_most_once) outstanding_.insert(next_token_++);
  }

  void resend() {
    if (session_->state() != State::connected) return;
    engine_->sender().update_expiry([](std::uint64_t) { return 7U; });
    engine_->resend(out_, out_.size() + input_.byte());
  }

  void acknowledge() {
    if (session_->state() != State::connected) return;
    const std::uint64_t back = std::min(last_receipt_, std::uint64_t{input_.byte()} % 8);
    engine_->receiver().acknowledge(last_receipt_ - back, wire::ReasonCode{input_.byte()},
                                    session_->version(), out_);
  }

  void pass_time() {
    now_ += std::chrono::milliseconds(input_.byte() * 100);
    ServerEvent event;
    int events = 0;
    while (session_->timeout(now_, event, out_)) {
      handle(event);
      require(++events < 70'000, "timeout() comes to an end");
    }
    require(session_->deadline() > now_, "timeout() moves the deadline");
  }

  void feed_connect(std::uint8_t choice) {
    wire::Connect connect;
    connect.version = (choice & 0x10) != 0 ? wire::Version::mqtt_5 : version_;
    connect.clean_start = (choice & 0x20) != 0;
    connect.keep_alive = input_.byte();
    static constexpr std::string_view identifiers[] = {"c", "", "no", "longer"};
    connect.client_id = identifiers[(choice & 0x40) != 0 ? connect.keep_alive % 4 : 0];
    wire::PropertyWriter properties;
    if ((choice & 0x80) != 0) {
      properties.add(wire::PropertyId::maximum_packet_size, 1U + input_.byte());
      properties.add(wire::PropertyId::receive_maximum, 4U);
      properties.add(wire::PropertyId::topic_alias_maximum, 2U);
      properties.add(wire::PropertyId::request_problem_information, connect.keep_alive & 1U);
      if ((connect.keep_alive & 2U) != 0) {
        properties.add(wire::PropertyId::authentication_method, "M");
      }
    }
    connect.properties = properties.view();
    wire::Buffer packet;
    wire::encode(packet, connect);
    feed(packet.view());
  }

  // What a client that means well would send.
  void feed_packet() {
    wire::Buffer packet;
    const std::uint8_t choice = input_.byte();
    const auto id = static_cast<wire::PacketId>(1 + input_.byte() % 8);
    const wire::Version version = session_->version();
    const wire::Subscription subscriptions[] = {{.filter = "a/+"}, {.filter = "b"}};
    const std::string_view filters[] = {"a/+", "b"};
    const std::size_t count = choice / 16 % 2 + 1U;
    wire::Ack ack{.type = static_cast<wire::PacketType>(choice % 8),
                  .packet_id = id,
                  .reason = choice >= 0xF0 ? wire::ReasonCode{0x80} : wire::ReasonCode::success,
                  .properties = {}};
    switch (choice % 8) {
      case 0:
        wire::encode_subscribe(packet, version, id, {subscriptions, count}, {});
        break;
      case 1:
        wire::encode_unsubscribe(packet, version, id, {filters, count}, {});
        break;
      case 2:
        if ((choice & 0x80) != 0 && version == wire::Version::mqtt_5) {
          wire::encode(packet,
                       wire::Auth{.reason = id < 5 ? wire::ReasonCode::continue_authentication
                                                   : wire::ReasonCode::reauthenticate,
                                  .properties = method_.view()});
        } else {
          wire::encode_pingreq(packet);
        }
        break;
      case 3:
        packet = encoded(input_.byte(), version, id);
        break;
      default:
        wire::encode(packet, version, ack);
    }
    feed(packet.view());
  }

  void feed(wire::ByteView bytes) {
    if (session_->state() == State::closed) return;
    in_.append(bytes);
    wire::ByteView rest = in_.view();
    ServerEvent event;
    while (session_->read(rest, now_, event, out_)) handle(event);
    in_.consume(in_.size() - rest.size());
  }

  void handle(const ServerEvent& event) {
    switch (event.kind) {
      case EventKind::connect:
        return begin(event.connect);
      case EventKind::auth:
        return session_->state() == State::deciding ? decide() : answer_auth();
      case EventKind::message:
        if (event.receipt == 0) return;
        require(event.receipt > last_receipt_, "receipts grow");
        last_receipt_ = event.receipt;
        return;
      case EventKind::published:
        require(outstanding_.erase(event.token) == 1, "a message is completed once");
        taken_over_.erase(event.token);
        return sent_.completed(event.packet_id);
      case EventKind::taken_over:
        require(outstanding_.count(event.token) == 1, "what is taken over is outstanding");
        return require(taken_over_.insert(event.token).second, "a message is taken over once");
      case EventKind::released:
        return require(exchange_.report_steps, "steps are reported when they are asked for");
      case EventKind::subscribe:
      case EventKind::unsubscribe:
        return answer(event);
      case EventKind::disconnected:
      case EventKind::fault:
      case EventKind::timed_out:
        return require(session_->state() == State::closed, "the connection is over");
      default:
        return require(false, "an event is of the server role");
    }
  }

  void begin(const wire::Connect& connect) {
    sent_.connect_received(connect.version, session_->client_limits(), exchange_.window,
                           session_->wants_problem_information());
    connecting_ = {
        .clean_start = connect.clean_start,
        .refused = connect.client_id == "no",
        .has_method = connect.properties.find(wire::PropertyId::authentication_method).has_value(),
        .keep_alive = connect.keep_alive,
    };
    decide();
  }

  // Of a client that named a method, more is asked now and then.
  void decide() {
    require(session_->state() == State::deciding, "CONNECT is to be decided about");
    if (!connecting_.has_method || input_.byte() >= 0x80) return accept();
    const std::error_code error = session_->authenticate(method_.view(), out_);
    require(session_->state() == (error ? State::closed : State::authenticating),
            "it is asked, or the connection is over");
  }

  void answer_auth() {
    const std::error_code error = input_.byte() < 0x80
                                      ? session_->authenticated(method_.view(), out_)
                                      : session_->authenticate(method_.view(), out_);
    require((session_->state() == State::closed) == bool(error), "an error ends the connection");
  }

  void accept() {
    wire::PropertyWriter properties;
    settings_.announce(properties);
    properties.add(wire::PropertyId::reason_string, "welcome");
    if (connecting_.refused) {
      return session_->refuse(wire::ReasonCode{input_.byte()}, texts_.view(), out_);
    }
    if (connecting_.clean_start) start_anew();
    const bool accepted = !session_->accept(*engine_,
                                            {.session_present = !connecting_.clean_start,
                                             .keep_alive = connecting_.keep_alive,
                                             .properties = properties.view()},
                                            now_, out_);
    require(accepted == (session_->state() == State::connected), "an error ends the connection");
  }

  void start_anew() {
    engine_ = std::make_unique<session::Engine>(session::Role::server, exchange_);
    outstanding_.clear();
    taken_over_.clear();
    last_receipt_ = 0;
  }

  void answer(const ServerEvent& event) {
    std::vector<wire::ReasonCode> reasons;
    wire::ByteView entries = event.entries;
    wire::Subscription subscription;
    std::string_view filter;
    const bool subscribe = event.kind == EventKind::subscribe;
    while (subscribe ? wire::next_subscription(entries, session_->version(), subscription)
                     : wire::next_filter(entries, filter)) {
      reasons.push_back(subscribe ? static_cast<wire::ReasonCode>(subscription.qos)
                                  : wire::ReasonCode::no_subscription_existed);
    }
    require(!reasons.empty(), "a request has an entry");
    const std::error_code error =
        subscribe ? session_->suback(event.packet_id, reasons, texts_.view(), out_)
                  : session_->unsuback(event.packet_id, reasons, texts_.view(), out_);
    require(!error || error == session::Error::packet_too_large, "a connected client is answered");
  }

  void check() {
    sent_.check(out_.view());
    out_.clear();
    require(engine_->sender().pending() == outstanding_.size(),
            "every message is pending until completed");
    if (session_->state() == State::closed) {
      require(session_->deadline() == session::never, "a closed session waits for nothing");
    }
  }

  Input input_;
  wire::Version version_ = wire::Version::mqtt_5;
  session::ServerSettings settings_;
  session::ExchangeSettings exchange_;
  wire::PropertyWriter texts_;
  wire::PropertyWriter method_;
  Connecting connecting_;
  std::unique_ptr<session::Engine> engine_;
  std::unique_ptr<ServerSession> session_;
  session::Time now_{};
  wire::Buffer in_;
  wire::Buffer out_;
  fuzz::ServerPackets sent_;
  std::set<std::uint64_t> outstanding_;
  std::set<std::uint64_t> taken_over_;
  std::uint64_t next_token_ = 1;
  std::uint64_t last_receipt_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run({data, size}).commands();
  return 0;
}
