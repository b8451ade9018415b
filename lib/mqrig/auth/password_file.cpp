#include <sys/stat.h>

#include <algorithm>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/password_line.hpp>
#include <mqrig/auth/whole_file.hpp>
#include <system_error>

namespace mqrig::auth {
namespace {

// Adds what the line says; the answer is what is wrong with it.
std::string read_line(std::string_view text, const std::string& name, PasswordFile& into) {
  const PasswordLine line = split_password_line(text);
  if (line.is_comment) return {};
  if (!line.has_colon) return "expected USER:HASH, or a comment that starts with #";
  if (line.user.empty()) return "no user before the colon";
  const std::string user(line.user);
  if (std::optional<ScramCredentials> credentials = ScramCredentials::parse(line.hash)) {
    const std::string method(auth::name(credentials->mechanism()));
    if (into.add(user, std::move(*credentials))) return {};
    return "a second line with " + method + " for user '" + user + "'";
  }
  std::optional<PasswordHash> hash = PasswordHash::parse(line.hash);
  if (!hash && line.hash.starts_with('$')) {
    return "the hash of user '" + user +
           "' is not one of the forms $7$, $6$ and $scram-sha-...$, or is damaged";
  }
  if (!hash) {
    return "the password of user '" + user + "' is not hashed: set it with 'mqrig passwd " + name +
           " " + user + "'";
  }
  if (!into.add(user, std::move(*hash))) return "a second line for user '" + user + "'";
  return {};
}

}  // namespace

bool PasswordFile::check(std::string_view user, std::string_view password) const {
  const auto found = users_.find(user);
  unsigned done = 0;
  if (found != users_.end() && found->second.hash) {
    if (found->second.hash->matches(password)) return true;
    done = found->second.hash->iterations();
  } else if (found != users_.end()) {
    const ScramCredentials& strongest = found->second.scram.back();
    if (strongest.matches(password)) return true;
    done = strongest.iterations();
  }
  const unsigned missing = most_work_.iterations - std::min(done, most_work_.iterations);
  if (most_work_.mechanism) {
    spend_time(*most_work_.mechanism, password, missing);
  } else {
    spend_time(password, missing);
  }
  return false;
}

const ScramCredentials* PasswordFile::scram(std::string_view user, ScramMechanism mechanism) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return nullptr;
  for (const ScramCredentials& credentials : found->second.scram) {
    if (credentials.mechanism() == mechanism) return &credentials;
  }
  return nullptr;
}

unsigned PasswordFile::scram_iterations(ScramMechanism mechanism) const {
  return scram_iterations_[static_cast<std::size_t>(mechanism)];
}

bool PasswordFile::add(std::string_view user, PasswordHash hash) {
  User& entry = users_[std::string(user)];
  if (entry.hash) return false;
  note({std::nullopt, hash.iterations()});
  entry.hash = std::move(hash);
  return true;
}

bool PasswordFile::add(std::string_view user, ScramCredentials credentials) {
  std::vector<ScramCredentials>& all = users_[std::string(user)].scram;
  const auto place = std::find_if(all.begin(), all.end(), [&](const ScramCredentials& other) {
    return other.mechanism() >= credentials.mechanism();
  });
  if (place != all.end() && place->mechanism() == credentials.mechanism()) return false;
  unsigned& most = scram_iterations_[static_cast<std::size_t>(credentials.mechanism())];
  most = std::max(most, credentials.iterations());
  note({credentials.mechanism(), credentials.iterations()});
  all.insert(place, std::move(credentials));
  return true;
}

// An iteration is taken to be as much work with each hash function.
void PasswordFile::note(const Work& work) {
  if (work.iterations > most_work_.iterations) most_work_ = work;
}

PasswordFileResult load_password_file(const std::string& path) {
  const WholeFile file = read_whole_file(path);
  if (file.reason != 0) {
    PasswordFileResult result;
    result.error = "cannot read '" + path + "': " + std::generic_category().message(file.reason);
    return result;
  }
  PasswordFileResult result = parse_password_file(file.content, path);
  if (S_ISREG(file.mode) && (file.mode & (S_IROTH | S_IWOTH)) != 0) {
    result.warning = "every user of this machine can " +
                     std::string((file.mode & S_IWOTH) != 0 ? "change" : "read") + " '" + path +
                     "': run 'chmod o= " + path + "'";
  }
  return result;
}

PasswordFileResult parse_password_file(std::string_view text, const std::string& name) {
  PasswordFileResult result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string fault = read_line(take_line(text), name, result.file);
    if (fault.empty()) continue;
    result.error = name + ":" + std::to_string(number) + ": " + fault;
    break;
  }
  return result;
}

}  // namespace mqrig::auth
