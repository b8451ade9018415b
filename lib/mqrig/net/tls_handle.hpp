#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace mqrig::net {

// What OpenSSL has given us to own, freed with its owner. Private to this room.
template <class T, auto free_object>
struct OpenSslFree {
  void operator()(T* object) const { free_object(object); }
};
template <class T, auto free_object>
using OpenSslHandle = std::unique_ptr<T, OpenSslFree<T, free_object>>;

inline void free_certificates(STACK_OF(X509) * certificates) {
  sk_X509_pop_free(certificates, X509_free);
}
inline void free_openssl_text(char* text) {
  OPENSSL_free(text);
}

using SslContextHandle = OpenSslHandle<SSL_CTX, SSL_CTX_free>;
using SslHandle = OpenSslHandle<SSL, SSL_free>;
using SslSessionHandle = OpenSslHandle<SSL_SESSION, SSL_SESSION_free>;
using BioHandle = OpenSslHandle<BIO, BIO_free_all>;
using CertificateHandle = OpenSslHandle<X509, X509_free>;
using CertificatesHandle = OpenSslHandle<STACK_OF(X509), free_certificates>;
using KeyHandle = OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;
using Pkcs12Handle = OpenSslHandle<PKCS12, PKCS12_free>;
using OcspResponseHandle = OpenSslHandle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OcspBasicHandle = OpenSslHandle<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using OcspIdHandle = OpenSslHandle<OCSP_CERTID, OCSP_CERTID_free>;
using OpenSslText = OpenSslHandle<char, free_openssl_text>;

}  // namespace mqrig::net
