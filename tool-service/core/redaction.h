// Secrets that an API echoes must not reach the agent.
#pragma once

#include <string>
#include <string_view>

#include "common/json/json.h"

namespace bw::tool_service {

/// What stands in place of a secret.
constexpr std::string_view kRedacted = "[redacted]";

/// Replaces the values of members that hold credentials (createCall's password and user name among
/// them), at any depth. True when there were any.
bool RedactJson(json::Json& value);

/// A secret that is what an operation is called for: hidden like others, but the person who runs
/// the service can have it saved to a file, and the operator can have it shown.
struct IssuedSecret {
  std::string_view operation;
  /// Where it stands in the answer (RFC 6901).
  std::string_view pointer;
};

/// Null for operations that issue none.
const IssuedSecret* IssuedSecretOf(std::string_view operation);

/// The same for the text of XML elements of such names, attributes untouched.
std::string RedactXml(std::string_view text);

}  // namespace bw::tool_service
