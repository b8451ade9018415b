#include "mosquitto_tls.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "toml_tree.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::TomlValue;

/// Lines whose value is the one of a key of ours.
constexpr struct {
  std::string_view line;
  std::string_view key;
} same_value[] = {
    {"bridge_cafile", "cafile"}, {"bridge_capath", "capath"}, {"bridge_certfile", "cert"},
    {"bridge_keyfile", "key"},   {"bridge_alpn", "alpn"},     {"bridge_identity", "psk-identity"},
};

constexpr std::string_view others[] = {
    "bridge_psk",     "bridge_insecure",       "bridge_tls_version",      "bridge_require_ocsp",
    "bridge_ciphers", "bridge_ciphers_tls1.3", "bridge_tls_use_os_certs",
};

class Reader {
 public:
  Reader(const std::vector<ConfLine>& lines, std::string key_file)
      : key_file_(std::move(key_file)) {
    for (const ConfLine& line : lines) lines_[line.key] = &line;  // the last one counts
  }

  MosquittoTls read() {
    const ConfLine* os_certs = find("bridge_tls_use_os_certs");
    const bool system_roots = os_certs != nullptr && is_true(*os_certs);
    const bool own_roots = find("bridge_cafile") || find("bridge_capath");
    if (!own_roots && !system_roots && !find("bridge_psk")) {
      for (const auto& [key, line] : lines_) {
        lose(*line, "has no effect without bridge_cafile, bridge_capath or bridge_psk");
      }
      return std::move(result_);
    }
    put(toml_scalar("tls", TomlValue::Kind::flag, "true"));
    for (const auto& [name, key] : same_value) {
      if (const ConfLine* line = find(name)) put(toml_word(std::string(key), line->value));
    }
    if (own_roots && system_roots) {
      lose(*os_certs, "bridge_cafile and bridge_capath are trusted instead of the system's");
    }
    add_key();
    add_version();
    add_ciphers();
    add_checks();
    return std::move(result_);
  }

 private:
  const ConfLine* find(std::string_view key) const {
    const auto found = lines_.find(key);
    return found == lines_.end() ? nullptr : found->second;
  }

  void put(TomlValue value) { result_.keys.push_back(std::move(value)); }
  void lose(const ConfLine& line, std::string why) {
    result_.lost.push_back({line, std::move(why)});
  }

  void add_key() {
    const ConfLine* line = find("bridge_psk");
    if (line == nullptr) return;
    TomlValue value = toml_word("psk-file", key_file_);
    value.comment = "The key of " + line->place +
                    " (bridge_psk) goes into this file, alone, readable by the bridge only (chmod "
                    "600).";
    put(std::move(value));
    result_.warnings.push_back(line->place +
                               ": bridge_psk is not printed: write it to the file that psk-file "
                               "names");
  }

  /// It is the lowest one that mosquitto takes.
  void add_version() {
    const ConfLine* line = find("bridge_tls_version");
    if (line == nullptr || line->value == "tlsv1.2") return;
    if (line->value == "tlsv1.3") return put(toml_word("tls-version", "1.3"));
    lose(*line, "TLS is spoken from version 1.2 on");
  }

  void add_ciphers() {
    std::string all;
    for (const std::string_view name : {"bridge_ciphers", "bridge_ciphers_tls1.3"}) {
      const ConfLine* line = find(name);
      if (line != nullptr) all += (all.empty() ? "" : ":") + line->value;
    }
    if (!all.empty()) put(toml_word("ciphers", all));
  }

  void add_checks() {
    const ConfLine* ocsp = find("bridge_require_ocsp");
    if (ocsp != nullptr && is_true(*ocsp)) put(toml_word("ocsp", "require"));
    const ConfLine* insecure = find("bridge_insecure");
    if (insecure == nullptr || !is_true(*insecure)) return;
    // Ours would not even look at who has signed it.
    lose(*insecure,
         "the name in the certificate is always checked: if it is not the one in host, give it as "
         "sni in [link.remote]; insecure = true would check nothing at all");
  }

  const std::string key_file_;
  std::map<std::string, const ConfLine*, std::less<>> lines_;
  MosquittoTls result_;
};

}  // namespace

bool is_mosquitto_tls(const ConfLine& line) {
  const auto is_it = [&](const auto& one) { return one.line == line.key; };
  return std::any_of(std::begin(same_value), std::end(same_value), is_it) ||
         std::find(std::begin(others), std::end(others), line.key) != std::end(others);
}

MosquittoTls read_mosquitto_tls(const std::vector<ConfLine>& lines, const std::string& key_file) {
  if (lines.empty()) return {};
  return Reader(lines, key_file).read();
}

}  // namespace mqrig::bridge_command
