#pragma once

#include <mqrig/net/tls_handle.hpp>
#include <string>

namespace mqrig::net {

// What certificates say, as text for a person, without control characters. Private to this room.
std::string printable(std::string text);            // with '?' for all else
std::string subject_text(const X509* certificate);  // "CN=broker.example,O=Example"
std::string issuer_text(const X509* certificate);
std::string time_text(const ASN1_TIME* time);  // "2027-01-31 12:00:00 UTC"
// DNS names and addresses, "broker.example, 192.0.2.1"; without any, the common name; or "none".
std::string names_text(const X509* certificate);
// "subject …, issuer …, valid from … to …, names …"
std::string certificate_text(const X509* certificate);
// Of the subject, as it is, in UTF-8; empty if it has none, or one with a NUL in it.
std::string common_name(const X509* certificate);

}  // namespace mqrig::net
