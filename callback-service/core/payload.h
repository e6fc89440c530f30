// Reading members of a webhook's JSON object the way the platform writes them: any may be missing,
// null or, in a webhook sent as GET, a string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::callback_service {

/// The member as text, or "" when it is absent, null or no string; cut at `max_bytes`, never inside
/// a character: the payload is kept whole beside it.
std::string TextOf(const json::Json& object, std::string_view key, std::size_t max_bytes);

/// The member as an id: "" when absent or null, INVALID_ARGUMENT when it is no string or too long,
/// because a shortened id would be another id.
StatusOr<std::string> IdOf(const json::Json& object, std::string_view key, std::size_t max_bytes);

/// The member as a time in milliseconds since the Unix epoch; 0 when absent, null or unreadable.
std::int64_t TimeOf(const json::Json& object, std::string_view key);

/// `text` without what exceeds `max_bytes`, cut between UTF-8 characters.
std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace bw::callback_service
