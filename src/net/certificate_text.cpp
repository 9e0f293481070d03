#include "net/certificate_text.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string_view>

namespace logio::net {
namespace {

constexpr int names_shown_max = 4;
constexpr std::size_t name_bytes_max = 100;

using memory_bio = std::unique_ptr<BIO, decltype(&::BIO_free)>;

memory_bio make_bio() {
  return {::BIO_new(::BIO_s_mem()), &::BIO_free};
}

/// A stranger wrote it: only what a terminal may see, and not too much.
std::string shown(const char* bytes, std::size_t size) {
  std::string out(bytes, std::min(size, name_bytes_max));
  for (char& c : out) c = c < ' ' || c == '\x7f' ? '?' : c;
  return out;
}

std::string text_of(const memory_bio& bio) {
  char* bytes = nullptr;
  const long size = ::BIO_get_mem_data(bio.get(), &bytes);
  return size > 0 ? shown(bytes, static_cast<std::size_t>(size)) : std::string("?");
}

std::string issuer(X509* certificate) {
  const memory_bio bio = make_bio();
  ::X509_NAME_print_ex(bio.get(), ::X509_get_issuer_name(certificate), 0, XN_FLAG_RFC2253);
  return text_of(bio);
}

std::string moment(const ASN1_TIME* time) {
  const memory_bio bio = make_bio();
  ::ASN1_TIME_print(bio.get(), time);
  return text_of(bio);
}

std::string name_text(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS) {
    const ASN1_IA5STRING* const dns = name->d.dNSName;
    return shown(reinterpret_cast<const char*>(::ASN1_STRING_get0_data(dns)),
                 static_cast<std::size_t>(::ASN1_STRING_length(dns)));
  }
  if (name->type != GEN_IPADD) return {};
  const ASN1_OCTET_STRING* const ip = name->d.iPAddress;
  const int family = ::ASN1_STRING_length(ip) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ::ASN1_STRING_length(ip) != 16) return {};
  char place[INET6_ADDRSTRLEN];
  const char* const text = ::inet_ntop(family, ::ASN1_STRING_get0_data(ip), place, sizeof place);
  return text != nullptr ? text : std::string();
}

/// `a.example, b.example`, or that there are none.
std::string names(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&::GENERAL_NAMES_free)> all(
      static_cast<GENERAL_NAMES*>(
          ::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &::GENERAL_NAMES_free);
  std::string out;
  int count = 0;
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const std::string name = name_text(sk_GENERAL_NAME_value(all.get(), i));
    if (name.empty()) continue;
    if (++count > names_shown_max) return out + ", …";
    out += (out.empty() ? "" : ", ") + name;
  }
  return out.empty() ? "no name at all" : out;
}

}  // namespace

std::string certificate_problem(int code, X509* at, const std::string& host) {
  const char* const words = ::X509_verify_cert_error_string(code);
  if (at == nullptr) return fmt::format("its certificate is not accepted: {}", words);
  switch (code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format(
          "its certificate is for {}, not for {}: use a name that it is for, or give "
          "the peer a certificate for this one",
          names(at), host);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format(
          "its certificate expired on {}: renew it on the peer, or set the clock "
          "here right",
          moment(::X509_get0_notAfter(at)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("its certificate begins on {}: set the clock here right",
                         moment(::X509_get0_notBefore(at)));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format(
          "its certificate is from {}, which is not trusted here: give the "
          "certificate of that authority as ca_file",
          issuer(at));
    default: return fmt::format("its certificate is not accepted: {}", words);
  }
}

}  // namespace logio::net
