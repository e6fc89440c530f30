// The port for values that travel through a client and must come back untouched (session ids,
// request states), and for names made of texts that must not be shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bw::gateway {

/// Thread-safe.
class Sealer {
 public:
  virtual ~Sealer() = default;
  /// Encrypts and authenticates `text` for `purpose`; two seals of one text differ. The result is
  /// URL-safe ASCII. Whoever shares the key can open it.
  virtual std::string Seal(std::string_view purpose, std::string_view text) = 0;
  /// nullopt for anything that was not sealed for `purpose` with a key still known.
  virtual std::optional<std::string> Open(std::string_view purpose, std::string_view sealed) = 0;
  /// 43 URL-safe characters that stand for `text`, the same on every replica whatever its keys;
  /// nobody finds two texts with one digest.
  virtual std::string Digest(std::string_view text) const = 0;
};

}  // namespace bw::gateway
