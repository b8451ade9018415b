#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <mqrig/net/tls_file.hpp>
#include <system_error>

namespace mqrig::net {

BioHandle open_file(const std::string& file, std::string& error) {
  std::FILE* opened = std::fopen(file.c_str(), "rbe");
  int reason = errno;
  struct stat status {};
  if (opened != nullptr && ::fstat(::fileno(opened), &status) == 0 && S_ISDIR(status.st_mode)) {
    std::fclose(opened);
    opened = nullptr;
    reason = EISDIR;
  }
  if (opened == nullptr) {
    error = "cannot read '" + file + "': " + std::generic_category().message(reason);
    return nullptr;
  }
  return BioHandle(BIO_new_fp(opened, BIO_CLOSE));
}

}  // namespace mqrig::net
