// Texts that differ from client to client and from message to message: topics, client identifiers,
// user names, payloads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/load/small_random.hpp>

namespace mqrig::load {

// What the placeholders stand for.
struct TextValues {
  SmallRandom& random;       // for {rand} and {uuid}
  std::uint64_t client = 0;  // the number of the client in the whole run, from 0
  std::uint64_t number = 0;  // of the message among those of this client, from 0
  std::uint64_t run = 0;     // the run's identifier
  std::uint32_t shard = 0;
  std::int64_t time = 0;  // nanoseconds since the epoch of the wall clock
  std::string_view id{};  // the client identifier
  std::string_view user{};
  std::string_view group{};  // the name of the group of clients
};

// A text with placeholders, compiled once and rendered often. They may stand anywhere:
//
//   {client}    the client's number, from 0     {client:N}  modulo N
//   {n}         the message's number, from 0    {n:N}       modulo N
//   {rand}      pseudo-random, 32 bits          {rand:N}    from 0 to N - 1
//   {id} {user} the client's identifier and user name
//   {group} {shard} {run}   the run in 16 hexadecimal digits
//   {time}      milliseconds since the epoch    {uuid}      a random one, version 4
//
// and as emqtt-bench has them, where client and message count from 1 (there in whole topic levels
// only, and %s counts the messages of all clients):
//
//   %i client   %s message   %c client identifier   %u user name
//
// {{, }} and %% are the characters themselves. N is from 1 to 2^32 - 1.
//
// Whether a text is a valid topic, say, is not asked here. Const members may be called by several
// threads.
class TextTemplate {
 public:
  // Nothing where the template is wrong; `error` then says what is wrong where: "“{foo}” at byte 3
  // is no placeholder; …".
  static std::optional<TextTemplate> compile(std::string_view text, std::string& error);

  // Allocates nothing once `out` has room.
  void append(std::string& out, const TextValues& values) const;

  // No placeholders at all.
  bool constant() const noexcept { return pieces_.empty(); }
  // Whether the texts of one client differ from message to message.
  bool depends_on_message() const noexcept { return cycle() != 1; }
  // Whether the texts of clients of one group differ.
  bool depends_on_client() const noexcept;
  // How many different texts the messages of a client go through in turn, where that is known: the
  // N of {n:N}, if nothing else depends on the message; 1 if nothing does.
  std::optional<std::uint32_t> cycle() const noexcept;

 private:
  class Compiler;

  enum class Kind : std::uint8_t {
    client,
    client_from_one,
    number,
    number_from_one,
    random,
    id,
    user,
    group,
    shard,
    run,
    time,
    uuid,
  };

  struct Piece {
    Kind kind;
    std::uint32_t modulus;  // 0: none
    std::size_t literal;    // where the text before it ends in literals_
  };

  static void append_piece(std::string& out, const Piece& piece, const TextValues& values);

  std::vector<Piece> pieces_;
  std::string literals_;  // all that is not a placeholder
};

}  // namespace mqrig::load
