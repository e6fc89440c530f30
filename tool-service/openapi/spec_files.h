// Documents on disk: bounded reads, and writes that leave either the old file or the new one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw::tool_service {

/// NOT_FOUND when `path` cannot be opened or read, INVALID_ARGUMENT when it has more than
/// `max_bytes`; the message begins with the path.
StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes);

/// Writes beside `path`, then renames: whoever reads meanwhile, in any process, sees one version
/// whole. Missing folders are made, for the owner only. UNAVAILABLE when that cannot be done; the
/// message begins with the path. Nothing is left behind then.
Status WriteFileAtomically(const std::string& path, std::string_view content);

}  // namespace bw::tool_service
