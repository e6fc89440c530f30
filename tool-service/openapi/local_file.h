// Files of the person who runs the service: only for calls over stdio, where the service runs on
// that person's machine and with that person's rights.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw::tool_service {

/// Both take an absolute path without "..". Files and folders whose names begin with a dot are
/// refused, also behind links: that is where keys and tokens are kept. Both block for as long as
/// the disk does. INVALID_ARGUMENT says what is wrong with the path.

/// The content of a regular file that holds 1 to `max_bytes` bytes. NOT_FOUND, PERMISSION_DENIED.
StatusOr<std::string> ReadLocalFile(const std::string& path, std::size_t max_bytes);

/// Whether SaveLocalFile would find a folder and no file of that name there now; to be asked before
/// what is to be saved is fetched or made. The same errors.
Status CheckSavable(const std::string& path);

/// Creates the file, readable by its owner alone; the folder must be there. ALREADY_EXISTS:
/// nothing is ever overwritten. NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED (disk full): no
/// file is left behind.
Status SaveLocalFile(const std::string& path, std::string_view bytes);

}  // namespace bw::tool_service
