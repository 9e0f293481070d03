/// Certificates for tests: made in memory, written as PEM into a folder that goes with them.
#pragma once

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace logio::net::testing {

template <class T, void (*Free)(T*)>
struct freeing {
  void operator()(T* what) const { Free(what); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freeing<EVP_PKEY, EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freeing<X509, X509_free>>;

struct identity {
  key_ptr key;
  certificate_ptr certificate;
  std::string certificate_file, key_file;
};

class certificates {
 public:
  certificates() {
    char name[] = "/tmp/logio-certificates-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    folder_ = name;
  }
  certificates(const certificates&) = delete;
  ~certificates() { std::filesystem::remove_all(folder_); }

  struct wish {
    std::string common_name;
    std::string names = {};            // `DNS:a,IP:127.0.0.1`
    const identity* issuer = nullptr;  // else signed by itself
    std::chrono::seconds begins = std::chrono::hours(-1), ends = std::chrono::hours(1);
  };

  identity make(const wish& w) {
    identity out;
    out.key.reset(EVP_EC_gen("P-256"));
    out.certificate.reset(::X509_new());
    X509* const x = out.certificate.get();
    ::X509_set_version(x, 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(x), ++serial_);
    ::X509_gmtime_adj(::X509_getm_notBefore(x), w.begins.count());
    ::X509_gmtime_adj(::X509_getm_notAfter(x), w.ends.count());
    ::X509_set_pubkey(x, out.key.get());
    ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(w.common_name.c_str()), -1,
                                 -1, 0);
    const identity& issuer = w.issuer != nullptr ? *w.issuer : out;
    ::X509_set_issuer_name(x, ::X509_get_subject_name(issuer.certificate.get()));
    if (!w.names.empty()) extend(x, NID_subject_alt_name, w.names);
    if (w.issuer == nullptr) extend(x, NID_basic_constraints, "critical,CA:TRUE");
    REQUIRE(::X509_sign(x, issuer.key.get(), ::EVP_sha256()) > 0);

    out.certificate_file = path("cert");
    out.key_file = path("key");
    write(out.certificate_file, [&](FILE* to) { return ::PEM_write_X509(to, x); });
    write(out.key_file, [&](FILE* to) {
      return ::PEM_write_PrivateKey(to, out.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return out;
  }

 private:
  static void extend(X509* x, int which, const std::string& value) {
    X509_EXTENSION* const extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str());
    REQUIRE(extension != nullptr);
    ::X509_add_ext(x, extension, -1);
    ::X509_EXTENSION_free(extension);
  }

  std::string path(const char* what) const {
    return folder_ + "/" + what + std::to_string(serial_) + ".pem";
  }

  template <class Write>
  static void write(const std::string& path, Write to) {
    FILE* const file = std::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    REQUIRE(to(file) == 1);
    std::fclose(file);
  }

  std::string folder_;
  long serial_ = 0;
};

}  // namespace logio::net::testing
