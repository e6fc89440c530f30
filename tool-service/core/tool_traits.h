// What calling a tool can cost somebody: money, or something that is then gone. One table by name,
// from which annotations, confirmations and instructions are made.
#pragma once

#include <cstddef>
#include <string_view>

namespace bw::tool_service {

struct ToolTraits {
  /// Bandwidth bills for it.
  bool costly = false;
  /// Takes away or replaces what is there.
  bool destructive = false;
  /// What it does, another call cannot put back.
  bool irreversible = false;

  friend bool operator==(const ToolTraits&, const ToolTraits&) = default;
};

/// The row of that tool. Without one the method decides (empty: a hand-written tool, which then has
/// no traits): GET has none, PUT replaces, DELETE destroys for good; of the others, those whose
/// name speaks of taking away ("disconnect", "remove") destroy, those that make an order, a
/// port-in, a brand or a campaign cost money. `tool` is the operation's id, not a name that was
/// given to it because the id was taken.
ToolTraits TraitsOf(std::string_view tool, std::string_view method = "");

/// Whether somebody decided about this tool by name.
bool HasTraitsRow(std::string_view tool);

/// The names that have a row, for tests.
std::size_t TraitsRowCount();
std::string_view TraitsRowName(std::size_t index);

}  // namespace bw::tool_service
