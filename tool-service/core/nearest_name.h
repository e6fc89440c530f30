// Which name somebody may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bw::tool_service {

/// The candidate that takes the fewest edits (a letter more, fewer, other, or two swapped) from
/// `name`, case ignored; of equals the first. "" when none is near: more than a third of the name's
/// letters would have to change.
std::string_view NearestName(std::string_view name,
                             const std::vector<std::string_view>& candidates);

/// "; did you mean x?", or nothing.
std::string DidYouMean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace bw::tool_service
