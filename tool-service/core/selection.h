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
#include "tool-service/core/registry.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// A named set of tools. Names that no loaded tool has are simply absent.
struct Profile {
  std::string_view name;
  std::string_view description;
  /// Empty: every tool.
  std::vector<std::string_view> tools;
};

/// The table of profiles; lives for ever.
const std::vector<Profile>& Profiles();
/// nullptr for an unknown name.
const Profile* FindProfile(std::string_view name);
/// "default, full, messaging, voice"
std::string ProfileNames();

inline constexpr std::string_view kDefaultProfile = "default";

struct Selection {
  /// Of the operator: empty means kDefaultProfile. Of a client: empty means the operator's set.
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

/// INVALID_ARGUMENT names the field: an unknown profile, too many or too long names.
Status ValidateSelection(const Selection& selection);

/// The operator's choice. Immutable, thread-safe.
class SelectionPolicy {
 public:
  /// `local`: the whole service runs beside its client (standalone), so that tools which are
  /// local_only are offered over any transport.
  SelectionPolicy(Selection configured, bool local);

  /// The enabled tools of `catalogue` in its order. INVALID_ARGUMENT as ValidateSelection.
  StatusOr<std::vector<CatalogueEntry>> Select(const Catalogue& catalogue,
                                               const Selection& requested) const;
  /// Configured names that no tool of `catalogue` has: a typing error or a missing document.
  std::vector<std::string> UnknownNames(const Catalogue& catalogue) const;
  const Selection& configured() const { return configured_; }
  /// Equal policies have equal fingerprints in any process.
  std::string Fingerprint() const;

 private:
  Selection configured_;
  bool local_;
};

}  // namespace bw::tool_service
