// Forms with files (multipart/form-data, RFC 7578).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bw::sandbox {

/// Parts of one form that are looked at.
inline constexpr std::size_t kMaxFormParts = 16;

/// Views of the body.
struct FormPart {
  std::string_view headers;
  std::string_view content;
};

/// The first part of `body` whose Content-Disposition names `name`. nullopt when there is none,
/// when `content_type` gives no boundary (1 to 70 characters, RFC 2046 section 5.1.1), or when the
/// body ends before the part does.
std::optional<FormPart> FindFormPart(std::string_view content_type, std::string_view body,
                                     std::string_view name);

}  // namespace bw::sandbox
