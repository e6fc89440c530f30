// Which of the loaded tools a client sees: profiles, the operator's choice, and what a client
// narrows it to. Exclusion always subtracts; nothing a client sends widens the operator's choice.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "tool-service/core/profiles.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

struct Selection {
  /// One name, or several with commas, whose union is meant. Of the operator: empty means
  /// kDefaultProfile. Of a client: empty means the operator's set.
  std::string profile = {};
  /// Of the operator: exactly these, whatever the profile. Of a client: of what is left, only
  /// these. Empty: all.
  std::vector<std::string> tools = {};
  std::vector<std::string> exclude_tools = {};
  Transport transport = Transport::kHttp;
};

/// Names in one Selection, and bytes of each; more is refused.
inline constexpr std::size_t kMaxSelectionNames = 1000;
inline constexpr std::size_t kMaxToolNameBytes = 64;
inline constexpr std::size_t kMaxProfileBytes = 4096;

/// INVALID_ARGUMENT names the field: an unknown profile, too many or too long names.
Status ValidateSelection(const Selection& selection);

/// A configured name that no loaded tool has: a typing error or a missing document.
struct UnknownName {
  std::string name;
  /// What may have been meant; empty when nothing is near.
  std::string nearest;
};

/// The operator's choice: an explicit list of tools beats the profile, and exclusion subtracts from
/// either. What it enables can be called; what it lists is shown to clients that wish for nothing
/// else. They differ for the profile `search` only, which enables every tool and lists three. Those
/// three lead nowhere else, so that they are enabled for who asks unless they are excluded.
/// Immutable, thread-safe.
class SelectionPolicy {
 public:
  /// `configured` is valid (ValidateSelection). `local`: the whole service runs beside its client
  /// (standalone), so that tools which are local_only are offered over any transport.
  SelectionPolicy(Selection configured, bool local);

  /// What a client that wishes for `requested` sees, in the catalogue's order. INVALID_ARGUMENT as
  /// ValidateSelection.
  StatusOr<std::vector<CatalogueEntry>> Select(const Catalogue& catalogue,
                                               const Selection& requested) const;
  /// What the three search tools lead that client to: all that is enabled but themselves and what
  /// it excludes.
  StatusOr<std::vector<CatalogueEntry>> Reach(const Catalogue& catalogue,
                                              const Selection& requested) const;
  /// Of the first kMaxSuggestions of them the nearest name is looked for.
  std::vector<UnknownName> UnknownNames(const Catalogue& catalogue) const;
  const Selection& configured() const { return configured_; }
  /// Equal policies have equal fingerprints in any process.
  std::string Fingerprint() const;

  static constexpr std::size_t kMaxSuggestions = 20;

 private:
  using ProfileList = std::vector<const Profile*>;

  bool IsOffered(const CatalogueEntry& entry, Transport transport) const;
  bool Enables(const CatalogueEntry& entry) const;
  bool ListsUnasked(const CatalogueEntry& entry) const;

  Selection configured_;
  ProfileList profiles_;
  bool local_;
};

}  // namespace bw::tool_service
