#include <algorithm>
#include <cstring>
#include <mqrig/auth/random_bytes.hpp>
#include <mqrig/auth/remembered_logins.hpp>
#include <utility>

namespace mqrig::auth {

RememberedLogins::RememberedLogins(std::size_t capacity)
    : hmac_(random_bytes(Digest().size())), capacity_(capacity) {}

void RememberedLogins::add(std::string_view user, std::string_view password) {
  add(code(user, password));
}

bool RememberedLogins::contains(std::string_view user, std::string_view password) {
  if (recent_.empty() && older_.empty()) return false;
  const Code wanted = code(user, password);
  if (recent_.count(wanted) != 0) return true;
  if (older_.count(wanted) == 0) return false;
  add(wanted);
  return true;
}

void RememberedLogins::clear() {
  recent_ = {};
  older_ = {};
}

std::size_t RememberedLogins::Hash::operator()(const Code& code) const noexcept {
  std::size_t value = 0;  // the bytes are random: any of them will do
  std::memcpy(&value, code.data(), sizeof value);
  return value;
}

RememberedLogins::Code RememberedLogins::code(std::string_view user,
                                              std::string_view password) const {
  // The size tells where the name ends.
  const std::size_t size = user.size();
  const Digest digest =
      hmac_({{reinterpret_cast<const char*>(&size), sizeof size}, user, password});
  Code half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

void RememberedLogins::add(const Code& code) {
  if (recent_.size() == capacity_) older_ = std::exchange(recent_, {});
  recent_.insert(code);
}

}  // namespace mqrig::auth
