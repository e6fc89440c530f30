#include "gateway/openssl/static_tokens.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <openssl/crypto.h>

#include "common/json/json.h"
#include "gateway/core/scopes.h"
#include "gateway/openssl/sha256.h"

namespace bw::gateway {
namespace {

constexpr std::string_view kFields[] = {"sha256", "principal", "tenant", "scopes"};
// More than that helps nobody who repairs the file.
constexpr std::size_t kMaxProblems = 50;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<TokenDigest> ReadDigest(std::string_view hex) {
  TokenDigest digest;
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = HexDigit(hex[2 * i]);
    const int low = HexDigit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return digest;
}

// Gathers what is wrong with a file, so that one look at the log is enough.
class Problems {
 public:
  void Add(std::size_t index, std::string_view field, std::string_view what) {
    if (++count_ > kMaxProblems) return;
    text_ += (text_.empty() ? "" : "\n") + ("[" + std::to_string(index) + "]");
    if (!field.empty()) text_ += "." + std::string(field);
    text_ += ": " + std::string(what);
  }
  Status status() const { return count_ == 0 ? OkStatus() : InvalidArgument(text_); }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

class EntryReader {
 public:
  EntryReader(const json::Json& entry, std::size_t index, Problems& problems)
      : entry_(entry), index_(index), problems_(problems) {}

  StaticToken Read() {
    StaticToken token{};
    if (!entry_.is_object()) {
      problems_.Add(index_, "", "must be an object");
      return token;
    }
    for (const auto& [name, value] : entry_.items()) {
      if (std::find(std::begin(kFields), std::end(kFields), name) == std::end(kFields)) {
        problems_.Add(index_, "", "has a field that is none of sha256, principal, tenant, scopes");
      }
    }
    const auto digest = ReadDigest(json::StringOr(entry_, "sha256"));
    if (digest) {
      token.sha256 = *digest;
    } else {
      problems_.Add(index_, "sha256", "must be the SHA-256 of the token in 64 hex digits");
    }
    token.principal.name = ReadName("principal", kMaxPrincipalBytes);
    token.principal.tenant = ReadName("tenant", kMaxTenantBytes);
    token.principal.access = ReadAccess();
    return token;
  }

 private:
  std::string ReadName(std::string_view field, std::size_t max_bytes) {
    const std::string name = json::StringOr(entry_, field);
    const bool visible = std::none_of(name.begin(), name.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (name.empty() || name.size() > max_bytes || !visible) {
      problems_.Add(index_, field,
                    "must be a name of 1 to " + std::to_string(max_bytes) +
                        " bytes without control characters");
    }
    return name;
  }

  Access ReadAccess() {
    std::optional<Access> most;
    const json::Json* scopes = json::FindArray(entry_, "scopes");
    bool known = scopes != nullptr && !scopes->empty();
    for (std::size_t i = 0; known && i < scopes->size(); ++i) {
      const json::Json& scope = (*scopes)[i];
      const auto access =
          scope.is_string() ? FindAccess(scope.get_ref<const std::string&>()) : std::nullopt;
      known = access.has_value();
      if (access && (!most || *access > *most)) most = access;
    }
    if (!known) problems_.Add(index_, "scopes", "must list at least one of read, write and admin");
    return most.value_or(Access::kRead);
  }

  const json::Json& entry_;
  const std::size_t index_;
  Problems& problems_;
};

}  // namespace

StatusOr<std::vector<StaticToken>> ParseTokens(std::string_view json_text) {
  auto document = json::Parse(json_text, {.max_bytes = kMaxTokensFileBytes, .max_depth = 4});
  if (!document.ok()) return document.status();
  if (!document->is_array()) return InvalidArgument("must be an array of tokens");
  if (document->size() > kMaxStaticTokens) {
    return InvalidArgument("has " + std::to_string(document->size()) + " tokens; at most " +
                           std::to_string(kMaxStaticTokens) + " are allowed");
  }
  std::vector<StaticToken> tokens;
  Problems problems;
  std::set<TokenDigest> seen;
  for (std::size_t i = 0; i < document->size(); ++i) {
    tokens.push_back(EntryReader((*document)[i], i, problems).Read());
    const bool has_digest = ReadDigest(json::StringOr((*document)[i], "sha256")).has_value();
    if (has_digest && !seen.insert(tokens.back().sha256).second) {
      problems.Add(i, "sha256", "is listed before");
    }
  }
  BW_RETURN_IF_ERROR(problems.status());
  return tokens;
}

StaticTokens::StaticTokens(std::string_view token, Principal principal)
    : tokens_{{Sha256(token), std::move(principal)}} {}

std::optional<AuthResult> StaticTokens::Recognize(std::string_view token) {
  const TokenDigest presented = Sha256(token);
  const StaticToken* found = nullptr;
  // All are compared, whichever it is.
  for (const StaticToken& candidate : tokens_) {
    const bool same =
        CRYPTO_memcmp(presented.data(), candidate.sha256.data(), presented.size()) == 0;
    if (same) found = &candidate;
  }
  if (found == nullptr) return std::nullopt;
  return AuthResult{AuthReason::kAccepted, found->principal};
}

void StaticTokens::Verify(std::string_view, Done done) { done({AuthReason::kUnknown}); }

}  // namespace bw::gateway
