// A client session under any server and any owner: the input is a list of commands, of which some
// feed arbitrary bytes. Whatever comes, what the session sends is what a client may send, and every
// message is completed once.
#include <algorithm>
#include <memory>
#include <set>

#include <mqrig/session/client_session.hpp>
#include <mqrig/wire/encode.hpp>

#include <tests/fuzz/input.hpp>
#include <tests/fuzz/require.hpp>
#include <tests/fuzz/sent_packets.hpp>

using namespace mqrig;
using fuzz::Input;
using fuzz::require;
using session::ClientSession;
using session::Event;
using session::EventKind;

namespace {

using State = ClientSession::State;

class Run {
 public:
  explicit Run(wire::ByteView bytes) : input_(bytes) {
    const std::uint8_t choice = input_.byte();
    version_ = static_cast<wire::Version>(3 + choice % 3);
    settings_.exchange.ack_mode =
        (choice & 0x10) != 0 ? session::AckMode::manual : session::AckMode::automatic;
    settings_.exchange.assign_topic_aliases = (choice & 0x20) != 0;
    settings_.exchange.window = (choice & 0x40) != 0 ? 3 : 65'535;
    settings_.ack_timeout = std::chrono::seconds((choice & 0x80) != 0 ? 7 : 0);
    settings_.maximum_packet_size = 10'000;
    properties_.add(wire::PropertyId::receive_maximum, 5U);
    properties_.add(wire::PropertyId::topic_alias_maximum, 4U);
    method_.add(wire::PropertyId::authentication_method, std::string_view("M"));
    with_method_.add(wire::PropertyId::authentication_method, std::string_view("M"));
    with_method_.add(wire::PropertyId::receive_maximum, 5U);
    session_ = std::make_unique<ClientSession>(settings_);
  }

  void commands() {
    for (int step = 0; !input_.empty() && step < 1000; ++step) {
      command();
      check();
    }
  }

 private:
  void command() {
    const std::uint8_t choice = input_.byte();
    switch (choice % 16) {
      case 0:
      case 1:
        return feed(input_.bytes(input_.byte()));
      case 2:
        return feed_packet();
      case 3:
      case 4:
        return publish(choice);
      case 5:
        return request(choice);
      case 6:
        return session_->acknowledge(next_receipt(), wire::ReasonCode{input_.byte()}, now_, out_);
      case 7:
        return session_->acknowledge_through(next_receipt(), now_, out_);
      case 8:
        return pass_time();
      case 9:
        return close();
      case 10:
      case 11:
        return open(choice);
      case 12:
        return restart();
      case 13:
        return session_->resend(out_, out_.size() + input_.byte());
      case 14:
        return session_->reading((choice & 0x10) != 0, now_);
      case 15:
        return end(choice);
    }
  }

  void open(std::uint8_t choice) {
    close();
    wire::Connect connect;
    connect.version = (choice & 0x40) != 0 ? wire::Version::mqtt_5 : version_;
    connect.clean_start = (choice & 0x10) != 0;
    connect.keep_alive = input_.byte();
    connect.properties = (choice & 0x20) != 0 ? with_method_.view() : properties_.view();
    session_->open(connect, now_, out_);
    sent_.connection_opened(connect.version);
  }

  void close() {
    session_->close();
    check();
    in_.clear();
  }

  // The process dies, and another one takes the state.
  void restart() {
    wire::Buffer state;
    session_->dump(state);
    close();
    session_ = std::make_unique<ClientSession>(settings_);
    require(!session_->restore(state.view()), "dumped state can be restored");
    require(session_->pending() == outstanding_.size(), "restored state holds every message");
    last_receipt_ = 0;
  }

  void end(std::uint8_t choice) {
    if (choice < 0x60) return session_->disconnect(wire::ReasonCode{input_.byte()}, {}, out_);
    if (choice < 0xA0) {
      static_cast<void>(session_->reauthenticate(method_.view(), now_, out_));
    } else if (choice < 0xE0) {
      static_cast<void>(session_->authenticate(method_.view(), now_, out_));
    } else {
      restore_anything(input_.bytes(input_.byte()));
    }
  }

  // Saved state may be damaged: what is accepted is sent like any other message.
  void restore_anything(wire::ByteView bytes) {
    ClientSession other(settings_);
    if (other.restore(bytes)) {
      return require(other.pending() == 0, "damaged state leaves nothing behind");
    }
    wire::Connect connect;
    connect.clean_start = false;
    wire::Buffer sent;
    wire::Buffer connack;
    wire::encode(
        connack, connect.version,
        wire::Connack{
            .session_present = true, .reason = wire::ReasonCode::success, .properties = {}});
    wire::ByteView answer = connack.view();
    Event event;
    other.open(connect, now_, sent);
    while (other.read(answer, now_, event, sent)) {
    }
    other.resend(sent, 1'000'000);
    fuzz::SentPackets judge;
    judge.connection_opened(connect.version);
    judge.check(sent.view(), other.server_limits());
  }

  void publish(std::uint8_t choice) {
    static constexpr std::string_view topics[] = {"a", "b/c", "d", "e", "f/#", ""};
    wire::Publish publish;
    publish.topic = topics[(choice >> 4) % 6];
    const std::uint8_t options = input_.byte();
    publish.qos = static_cast<wire::QoS>(options % 3);
    publish.retain = (options & 0x10) != 0;
    publish.topic_alias = (options & 0x20) != 0 ? options >> 6 : 0;
    const std::vector<std::uint8_t> payload(input_.byte(), 'x');
    publish.payload = payload;
    const bool ready = session_->ready(publish.qos);
    if (session_->publish(publish, next_token_, now_, out_)) return;
    require(ready, "what is not ready takes nothing");
    if (publish.qos != wire::QoS::at_most_once) outstanding_.insert(next_token_);
    ++next_token_;
  }

  void request(std::uint8_t choice) {
    const std::string_view filters[] = {"a/+", "$share/g/b"};
    const std::size_t count = choice >> 5 & 3U;
    if ((choice & 0x10) != 0) {
      static_cast<void>(session_->unsubscribe({filters, std::min<std::size_t>(count, 2)}, {},
                                              next_token_++, now_, out_));
    } else {
      const wire::Subscription subscriptions[] = {{.filter = filters[0]}, {.filter = filters[1]}};
      static_cast<void>(session_->subscribe({subscriptions, std::min<std::size_t>(count, 2)}, {},
                                            next_token_++, now_, out_));
    }
  }

  // The last receipt, or one of those before it.
  std::uint64_t next_receipt() {
    return last_receipt_ - std::min(last_receipt_, std::uint64_t{input_.byte()} % 8);
  }

  void pass_time() {
    now_ += std::chrono::milliseconds(input_.byte() * 100);
    Event event;
    int events = 0;
    while (session_->timeout(now_, event, out_)) {
      handle(event);
      require(++events < 70'000, "timeout() comes to an end");
    }
    require(session_->deadline() > now_, "timeout() moves the deadline");
  }

  // What a server that means well would send.
  void feed_packet() {
    wire::Buffer packet;
    const std::uint8_t choice = input_.byte();
    const auto id = static_cast<wire::PacketId>(1 + input_.byte() % 8);
    const wire::Version version = session_->version();
    constexpr std::uint8_t granted[] = {1, 0};
    switch (choice % 8) {
      case 0:
        wire::encode(packet, version,
                     wire::Connack{.session_present = (choice & 0x10) != 0,
                                   .reason = wire::ReasonCode::success,
                                   .properties = {}});
        break;
      case 1: {
        wire::Publish publish;
        publish.topic = "in";
        publish.qos = static_cast<wire::QoS>(choice / 16 % 3);
        publish.packet_id = id;
        publish.dup = publish.qos != wire::QoS::at_most_once && choice >= 0x80;
        wire::encode(packet, version, publish);
        break;
      }
      case 2:
        wire::encode(packet, version,
                     wire::SubscriptionAck{.type = (choice & 0x10) != 0 ? wire::PacketType::unsuback
                                                                        : wire::PacketType::suback,
                                           .packet_id = id,
                                           .properties = {},
                                           .reasons = {granted, choice / 32 % 2 + 1U}});
        break;
      case 3:
        wire::encode(packet, wire::Auth{.reason = wire::ReasonCode{input_.byte()},
                                        .properties = method_.view()});
        break;
      default:
        wire::encode(
            packet, version,
            wire::Ack{
                .type = static_cast<wire::PacketType>(choice % 8),
                .packet_id = id,
                .reason = wire::ReasonCode{static_cast<std::uint8_t>(choice >= 0xF0 ? 0x80 : 0)},
                .properties = {}});
    }
    feed(packet.view());
  }

  void feed(wire::ByteView bytes) {
    in_.append(bytes);
    wire::ByteView rest = in_.view();
    Event event;
    while (session_->read(rest, now_, event, out_)) handle(event);
    in_.consume(in_.size() - rest.size());
  }

  void handle(const Event& event) {
    switch (event.kind) {
      case EventKind::none:
        return require(false, "an event is of some kind");
      case EventKind::message:
        if (event.receipt == 0) return;
        require(event.receipt > last_receipt_, "receipts grow");
        last_receipt_ = event.receipt;
        return;
      case EventKind::published:
        require(outstanding_.erase(event.token) == 1, "a message is completed once");
        return sent_.completed(event.packet_id);
      case EventKind::refused:
      case EventKind::disconnected:
      case EventKind::fault:
      case EventKind::timed_out:
        return require(session_->state() == State::closed, "the connection is over");
      default:
        return;
    }
  }

  void check() {
    session::Limits limits = session_->server_limits();
    limits.receive_maximum = std::min(limits.receive_maximum, settings_.exchange.window);
    sent_.check(out_.view(), limits);
    out_.clear();
    require(session_->pending() == outstanding_.size(), "every message is pending until completed");
    if (session_->state() == State::closed) {
      require(session_->deadline() == session::never, "a closed session waits for nothing");
      require(!session_->resending(), "a closed session sends nothing");
    }
  }

  Input input_;
  wire::Version version_ = wire::Version::mqtt_5;
  session::ClientSettings settings_;
  wire::PropertyWriter properties_;
  wire::PropertyWriter with_method_;
  wire::PropertyWriter method_;
  std::unique_ptr<ClientSession> session_;
  session::Time now_{};
  wire::Buffer in_;
  wire::Buffer out_;
  fuzz::SentPackets sent_;
  std::set<std::uint64_t> outstanding_;
  std::uint64_t next_token_ = 1;
  std::uint64_t last_receipt_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run({data, size}).commands();
  return 0;
}
