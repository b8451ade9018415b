#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <mqrig/net/tls_certificate.hpp>
#include <string_view>

namespace mqrig::net {
namespace {

constexpr int names_shown = 20;

void free_names(GENERAL_NAMES* names) {
  GENERAL_NAMES_free(names);
}

std::string text_of(const ASN1_STRING* string) {
  return printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                    static_cast<std::size_t>(ASN1_STRING_length(string))});
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  const int size = ASN1_STRING_length(address);
  char text[INET6_ADDRSTRLEN];
  if (size != 4 && size != 16) return "a malformed address";
  ::inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
  return text;
}

std::string name_text(const X509_NAME* name) {
  const BioHandle text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), name, 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  const char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : "none";
}

}  // namespace

std::string printable(std::string text) {
  const auto unprintable = [](char c) { return c < 0x20 || c > 0x7E; };
  std::replace_if(text.begin(), text.end(), unprintable, '?');
  return text;
}

std::string subject_text(const X509* certificate) {
  return name_text(X509_get_subject_name(certificate));
}

std::string issuer_text(const X509* certificate) {
  return name_text(X509_get_issuer_name(certificate));
}

std::string time_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return "a malformed time";
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

std::string names_text(const X509* certificate) {
  const OpenSslHandle<GENERAL_NAMES, free_names> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  int shown = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    if (shown++ == names_shown) return text + ", and more";
    if (!text.empty()) text += ", ";
    text += name->type == GEN_DNS ? text_of(name->d.dNSName) : address_text(name->d.iPAddress);
  }
  if (!text.empty()) return text;
  text = common_name(certificate);
  return text.empty() ? "none" : text;
}

std::string certificate_text(const X509* certificate) {
  return "subject " + subject_text(certificate) + ", issuer " + issuer_text(certificate) +
         ", valid from " + time_text(X509_get0_notBefore(certificate)) + " to " +
         time_text(X509_get0_notAfter(certificate)) + ", names " + names_text(certificate);
}

std::string common_name(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return {};
  unsigned char* bytes = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return {};
  const OpenSslText owned(reinterpret_cast<char*>(bytes));
  const std::string_view name(owned.get(), static_cast<std::size_t>(size));
  return name.find('\0') == name.npos ? std::string(name) : std::string();
}

}  // namespace mqrig::net
