#include "sandbox/core/tokens.h"

#include <algorithm>
#include <utility>

#include "common/base64/base64.h"
#include "common/json/json.h"

namespace bw::sandbox {

TokenStore::TokenStore(const Clock& clock, Random& random, std::string account_id,
                       std::chrono::seconds lifetime)
    : clock_(clock), random_(random), account_id_(std::move(account_id)), lifetime_(lifetime) {}

std::string TokenStore::Issue() {
  const std::int64_t now_ms = clock_.NowMs();
  std::erase_if(expiry_ms_, [&](const auto& token) { return token.second <= now_ms; });
  if (expiry_ms_.size() >= kMaxTokens) {
    expiry_ms_.erase(
        std::min_element(expiry_ms_.begin(), expiry_ms_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  const json::Json header = {{"alg", "none"}, {"typ", "JWT"}};
  const json::Json claims = {
      {"iss", "bw-sandbox"},
      {"sub", NewId(random_, "client")},
      {"accounts", {account_id_}},
      {"roles", {"HttpVoice", "Messaging", "Application Management", "Numbers"}},
      {"express", false},
      {"iat", now_ms / 1000},
      {"exp", now_ms / 1000 + lifetime_.count()}};
  std::string token = Base64UrlEncode(json::Dump(header)) + "." +
                      Base64UrlEncode(json::Dump(claims)) + "." + NewId(random_, "sig");
  expiry_ms_[token] = now_ms + std::chrono::milliseconds(lifetime_).count();
  return token;
}

bool TokenStore::IsValid(std::string_view token) const {
  const auto found = expiry_ms_.find(token);
  return found != expiry_ms_.end() && clock_.NowMs() < found->second;
}

}  // namespace bw::sandbox
