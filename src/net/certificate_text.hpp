/// What is wrong with a peer's certificate and how to mend it, in one line.
///
/// Thread safety:  free function: any thread.
/// Source:         RFC 5280; the codes are OpenSSL's (X509_verify_cert_error_string).
#pragma once

#include <openssl/types.h>

#include <string>

namespace logio::net {

/// `code` is OpenSSL's X509_V_ERR_…, `at` the certificate of the chain at which it was found.
std::string certificate_problem(int code, X509* at, const std::string& host);

}  // namespace logio::net
