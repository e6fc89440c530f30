// The port that knows who may use the endpoint, and what it says of a token.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/core/tool_provider.h"

namespace bw::gateway {

struct Principal {
  std::string name;
  std::string tenant = "default";
  /// The most it may do; everything where nobody has to authenticate.
  Access access = Access::kAdmin;

  /// Tells apart principals of one name in different tenants: what belongs to somebody (sessions,
  /// subscriptions, limits) is kept under it.
  std::string Key() const { return tenant + '\n' + name; }
};

/// What came of looking at a token.
enum class AuthReason {
  kAccepted,
  kUnknown,
  kMalformed,
  kAlgorithm,
  kKey,
  kSignature,
  kExpired,
  kNotYetValid,
  kIssuer,
  kAudience,
  kClaims,
  kTenant,
  kScope,
  kKeysUnavailable,
  kBusy,
};

/// What a reason means for the one who sent the token.
enum class AuthClass {
  kAccepted,
  /// Good for nothing here (401).
  kInvalid,
  /// Good, but allows nothing here (403).
  kForbidden,
  /// Cannot be decided now (503).
  kUndecided,
};

struct AuthReasonRow {
  AuthReason reason;
  /// A label of metrics.
  std::string_view name;
  AuthClass meaning;
  /// For the client's developer: an error_description of RFC 6750, so without quotes and
  /// backslashes, and nothing of the token itself.
  std::string_view description;
};
/// One row per reason, in their order.
std::span<const AuthReasonRow> AuthReasonTable();
const AuthReasonRow& RowOf(AuthReason reason);

struct AuthResult {
  AuthReason reason = AuthReason::kUnknown;
  /// Of kAccepted.
  Principal principal{};
};

/// Thread-safe; never blocks. `token` is a bearer credential as received and lives as long as the
/// call. How long either takes does not tell how much of a token was right.
class Authenticator {
 public:
  using Done = std::function<void(AuthResult)>;

  virtual ~Authenticator() = default;
  /// What is known of `token` already, from a table: no signature is checked and nobody asked.
  virtual std::optional<AuthResult> Recognize(std::string_view token) = 0;
  /// For a token that is not recognised. `done` runs exactly once, on any thread, perhaps before
  /// this returns; at the latest when the authenticator is destroyed.
  virtual void Verify(std::string_view token, Done done) = 0;
};

/// Several at once. Thread-safe.
class Authenticators : public Authenticator {
 public:
  /// None null, at least one. Only the last may need Verify: the others recognise all tokens that
  /// they take.
  explicit Authenticators(std::vector<std::shared_ptr<Authenticator>> members)
      : members_(std::move(members)) {}

  std::optional<AuthResult> Recognize(std::string_view token) override;
  void Verify(std::string_view token, Done done) override;

 private:
  const std::vector<std::shared_ptr<Authenticator>> members_;
};

}  // namespace bw::gateway
