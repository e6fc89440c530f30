#include "gateway/oauth/key_set.h"

#include <algorithm>
#include <utility>

#include "common/json/json.h"

namespace bw::gateway {
namespace {

constexpr std::string_view kAlgorithmNames[] = {"RS256", "ES256"};

// `use`, `key_ops` and `alg` (RFC 7517 §4.2 to §4.4) may say that a key is for something else.
bool IsForSignatures(const json::Json& jwk) {
  if (jwk.contains("use") && json::GetString(jwk, "use") != "sig") return false;
  if (!jwk.contains("key_ops")) return true;
  const json::Json* operations = json::FindArray(jwk, "key_ops");
  return operations != nullptr && std::find(operations->begin(), operations->end(),
                                            json::Json("verify")) != operations->end();
}

bool FitsAlgorithm(const json::Json& jwk, SignatureAlgorithm algorithm) {
  return !jwk.contains("alg") ||
         json::GetString(jwk, "alg") == kAlgorithmNames[static_cast<int>(algorithm)];
}

}  // namespace

std::optional<KeySet::Entry> KeySet::ReadEntry(const json::Json& jwk, const TokenCrypto& crypto,
                                               const KeySet* previous) {
  if (!jwk.is_object() || !IsForSignatures(jwk)) return std::nullopt;
  Entry entry;
  if (const json::Json* key_id = json::Find(jwk, "kid")) {
    if (!key_id->is_string()) return std::nullopt;
    entry.key_id = key_id->get<std::string>();
  }
  entry.text = json::Dump(jwk);
  if (previous != nullptr) {
    for (const Entry& known : previous->entries_) {
      if (known.text == entry.text) return known;
    }
  }
  auto key = crypto.ReadKey(jwk);
  if (!key.ok() || !FitsAlgorithm(jwk, (*key)->algorithm())) return std::nullopt;
  entry.key = *std::move(key);
  return entry;
}

StatusOr<std::shared_ptr<const KeySet>> KeySet::Parse(std::string_view text,
                                                      const TokenCrypto& crypto,
                                                      const KeySet* previous) {
  BW_ASSIGN_OR_RETURN(const json::Json document,
                      json::Parse(text, {.max_bytes = kMaxKeySetBytes, .max_depth = 16}));
  const json::Json* keys = json::FindArray(document, "keys");
  if (keys == nullptr) return InvalidArgument("a key set is an object with an array of keys");
  if (keys->size() > kMaxKeys) {
    return InvalidArgument("the key set has " + std::to_string(keys->size()) + " keys; at most " +
                           std::to_string(kMaxKeys) + " are taken");
  }
  auto set = std::make_shared<KeySet>();
  for (const json::Json& jwk : *keys) {
    if (auto entry = ReadEntry(jwk, crypto, previous)) set->entries_.push_back(*std::move(entry));
  }
  if (set->entries_.empty()) {
    return InvalidArgument("the key set has no key for RS256 (2048 bits or more) or ES256");
  }
  return std::shared_ptr<const KeySet>(std::move(set));
}

std::vector<KeySet::Key> KeySet::Find(const std::optional<std::string>& key_id,
                                      SignatureAlgorithm algorithm) const {
  std::vector<Key> found;
  for (const Entry& entry : entries_) {
    if (entry.key->algorithm() != algorithm) continue;
    if (!key_id || entry.key_id == key_id) found.push_back(entry.key);
  }
  if (!key_id && found.size() > 1) found.clear();
  return found;
}

bool KeySet::Holds(const Key& key) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.key == key; });
}

}  // namespace bw::gateway
