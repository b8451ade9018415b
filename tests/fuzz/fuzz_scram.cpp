// Both sides of SCRAM under any messages of the other one: whoever does not know the password is
// neither believed nor let in, whatever it says.
//
// The first byte chooses the side, and how much of what is right stands in front of the messages,
// or the input would hardly get past the nonce. Messages are separated by line feeds.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/scram_client.hpp>
#include <mqrig/auth/scram_server.hpp>

#include <tests/fuzz/require.hpp>

using namespace mqrig::auth;
using mqrig::fuzz::require;

namespace {

std::string client_nonce() {
  return "client";
}
std::string server_nonce() {
  return "server";
}

std::string_view take_message(std::string_view& input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view message = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return message;
}

// Millions of iterations are believed too, and take as long as they do.
bool takes_long(std::string_view message) {
  const std::size_t count = message.find("i=");
  return count != std::string_view::npos &&
         message.find_first_not_of("0123456789", count + 2) > count + 6;
}

void run_client(bool right_nonce, std::string_view input) {
  std::string fault;
  const auto client =
      ScramClient::make(ScramMechanism::sha_256, "joe", "secret", fault, client_nonce);
  require(client->begin() == "n,,n=joe,r=client", "it begins with its name and nonce");
  const std::string first =
      (right_nonce ? "r=clientserver," : "") + std::string(take_message(input));
  if (takes_long(first)) return;
  const bool goes_on = client->proceed(first, fault).has_value();
  require(goes_on == fault.empty(), "it goes on, or says why not");
  fault.clear();
  require(!client->finish(take_message(input), fault), "no server is believed without a proof");
  require(!fault.empty(), "it says why not");
  require(!client->proceed(first, fault), "what is over is over");
}

std::shared_ptr<const PasswordFile> users() {
  static const auto file = [] {
    auto made = std::make_shared<PasswordFile>();
    made->add("joe", *ScramCredentials::make(ScramMechanism::sha_256, "secret", 1));
    return made;
  }();
  return file;
}

void run_server(bool right_nonce, std::string_view input) {
  using Outcome = ServerExchange::Outcome;
  ScramServer server(ScramMechanism::sha_256, users(), "key", server_nonce);
  std::string answer;
  const std::string first = right_nonce ? "n,,n=joe,r=client" : std::string(take_message(input));
  const Outcome begun = server.proceed(first, answer);
  require(begun != Outcome::accepted, "a name is not enough");
  require(answer.empty() == (begun == Outcome::refused), "whoever goes on is answered");
  require(!right_nonce || begun == Outcome::proceed, "a right message is gone on with");
  const std::string last =
      (right_nonce ? "c=biws,r=clientserver," : "") + std::string(take_message(input));
  require(server.proceed(last, answer) != Outcome::accepted, "nobody gets in without a proof");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool right_nonce = (data[0] & 2) != 0;
  if ((data[0] & 1) != 0) {
    run_client(right_nonce, input);
  } else {
    run_server(right_nonce, input);
  }
  ScramCredentials::parse(input);
  return 0;
}
