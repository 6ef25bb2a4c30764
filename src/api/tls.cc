#include "api/tls.h"

#include <openssl/x509v3.h>

namespace bedplate {
namespace {

namespace ssl = boost::asio::ssl;

Status Check(const boost::system::error_code& error, const std::string& path,
             const char* expected) {
  if (!error) return {};
  return Error(ErrorCode::kInvalidArgument,
               "expected " + std::string(expected) + ", got: " + error.message())
      .At(path);
}

Status LoadFiles(ssl::context& context, const std::string& certificate_path,
                 const std::string& key_path) {
  boost::system::error_code error;
  context.use_certificate_chain_file(certificate_path, error);
  RETURN_IF_ERROR(Check(error, certificate_path, "a PEM certificate"));
  context.use_private_key_file(key_path, ssl::context::pem, error);
  RETURN_IF_ERROR(Check(error, key_path, "the PEM private key of the certificate"));
  return {};
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::Load(const std::string& certificate_path,
                                                     const std::string& key_path) {
  try {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(
        native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    RETURN_IF_ERROR(LoadFiles(*context, certificate_path, key_path));
    return std::unique_ptr<TlsContext>(new TlsContext(std::move(context)));
  } catch (const boost::system::system_error& thrown) {
    return Error(ErrorCode::kInternal, thrown.what()).At("TLS");
  }
}

bool TlsContext::Covers(const std::string& name) const {
  X509* certificate = SSL_CTX_get0_certificate(context_->native_handle());
  return X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1 ||
         X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
}

}  // namespace bedplate
