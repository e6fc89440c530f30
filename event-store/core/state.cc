#include "event-store/core/state.h"

namespace bw::event_store {

bool Matches(const StateSelection& selection, std::string_view tenant, std::string_view key) {
  if (!selection.tenant.empty() && selection.tenant != tenant) return false;
  return key.substr(0, selection.prefix.size()) == selection.prefix;
}

std::size_t SizeOf(const StateChange& change) {
  return sizeof(StateChange) + change.tenant.size() + change.key.size() + change.value.size();
}

}  // namespace bw::event_store
