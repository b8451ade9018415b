#define OPENSSL_SUPPRESS_DEPRECATED  // see sha512.hpp
#include <openssl/crypto.h>

#include <algorithm>
#include <mqrig/auth/sha512.hpp>

#ifdef MQRIG_LATE_CPUID
// Before main, libcrypto asks the processor what it can do: some ten CPUID instructions, each of
// which traps in a virtual machine. Linked with --wrap=OPENSSL_cpuid_setup, its calls come here,
// and those before the constructors of this program are left for when something is hashed.
extern "C" {
void __real_OPENSSL_cpuid_setup();
void __wrap_OPENSSL_cpuid_setup();
}

namespace {
bool constructed = false;
[[gnu::constructor]] void construct() {
  constructed = true;
}
}  // namespace

void __wrap_OPENSSL_cpuid_setup() {
  if (constructed) __real_OPENSSL_cpuid_setup();
}
#endif

namespace mqrig::auth {
namespace {

using Block = std::array<unsigned char, SHA512_CBLOCK>;

void start(SHA512_CTX& context) {
#ifdef MQRIG_LATE_CPUID
  [[maybe_unused]] static const bool asked = (__wrap_OPENSSL_cpuid_setup(), true);
#endif
  SHA512_Init(&context);
}

void append(SHA512_CTX& context, std::string_view bytes) {
  SHA512_Update(&context, bytes.data(), bytes.size());
}

Digest finish(SHA512_CTX& context) {
  Digest digest;
  SHA512_Final(digest.data(), &context);
  return digest;
}

// The state after the block of the key, each byte of which is combined with `pad`.
SHA512_CTX keyed(const Block& key, unsigned char pad) {
  Block block = key;
  for (unsigned char& byte : block) byte ^= pad;
  SHA512_CTX context;
  start(context);
  SHA512_Update(&context, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
  return context;
}

}  // namespace

Digest sha512(std::initializer_list<std::string_view> parts) {
  SHA512_CTX context;
  start(context);
  for (const std::string_view part : parts) append(context, part);
  const Digest digest = finish(context);
  OPENSSL_cleanse(&context, sizeof context);
  return digest;
}

HmacSha512::HmacSha512(std::string_view key) {
  Block block{};
  if (key.size() > block.size()) {
    Digest digest = sha512({key});
    std::copy(digest.begin(), digest.end(), block.begin());
    OPENSSL_cleanse(digest.data(), digest.size());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  inner_ = keyed(block, 0x36);
  outer_ = keyed(block, 0x5C);
  OPENSSL_cleanse(block.data(), block.size());
}

HmacSha512::~HmacSha512() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

Digest HmacSha512::operator()(std::initializer_list<std::string_view> parts) const {
  SHA512_CTX context = inner_;
  for (const std::string_view part : parts) append(context, part);
  const Digest inner = finish(context);
  context = outer_;
  append(context, bytes_of(inner));
  return finish(context);
}

Digest pbkdf2_sha512(std::string_view password, std::string_view salt, unsigned iterations) {
  using namespace std::string_view_literals;
  const HmacSha512 hmac(password);
  Digest last = hmac({salt, "\0\0\0\1"sv});
  Digest sum = last;
  for (unsigned i = 1; i < iterations; ++i) {
    last = hmac({bytes_of(last)});
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] ^= last[k];
  }
  return sum;
}

}  // namespace mqrig::auth
