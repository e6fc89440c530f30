// Any Authorization header is judged without a fault, and only the credentials are accepted.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "callback-service/http/basic_auth.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bw::callback_service::AuthResult;
  static const bw::callback_service::BasicAuth auth("user", "secret");
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  const AuthResult result = auth.Check(header);
  const bool has_token = header.find("dXNlcjpzZWNyZXQ") != std::string_view::npos;
  if (result == AuthResult::kAccepted && !has_token) std::abort();
  return 0;
}
