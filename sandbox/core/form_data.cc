#include "sandbox/core/form_data.h"

#include <string>

namespace bw::sandbox {
namespace {

constexpr std::size_t kMaxBoundary = 70;

// "" when there is none that is allowed.
std::string_view BoundaryOf(std::string_view content_type) {
  constexpr std::string_view kName = "boundary=";
  const std::size_t at = content_type.find(kName);
  if (at == std::string_view::npos) return "";
  std::string_view value = content_type.substr(at + kName.size());
  const bool quoted = value.starts_with('"');
  if (quoted) value.remove_prefix(1);
  value = value.substr(0, value.find(quoted ? '"' : ';'));
  return value.size() > kMaxBoundary ? "" : value;
}

// A part ends at the line break before the next delimiter; its headers end at the first empty line.
std::optional<FormPart> SplitPart(std::string_view part) {
  constexpr std::string_view kBlankLine = "\r\n\r\n";
  const std::size_t blank = part.find(kBlankLine);
  if (blank == std::string_view::npos) return std::nullopt;
  return FormPart{part.substr(0, blank), part.substr(blank + kBlankLine.size())};
}

}  // namespace

std::optional<FormPart> FindFormPart(std::string_view content_type, std::string_view body,
                                     std::string_view name) {
  const std::string_view boundary = BoundaryOf(content_type);
  if (boundary.empty()) return std::nullopt;
  const std::string first = "--" + std::string(boundary);
  const std::string next = "\r\n" + first;
  const std::string wanted = " name=\"" + std::string(name) + "\"";
  std::size_t begin = body.starts_with(first) ? first.size() : body.find(next);
  if (begin == std::string_view::npos) return std::nullopt;
  if (!body.starts_with(first)) begin += next.size();
  for (std::size_t i = 0; i < kMaxFormParts; ++i) {
    const std::size_t end = body.find(next, begin);
    if (end == std::string_view::npos) return std::nullopt;
    const auto part = SplitPart(body.substr(begin, end - begin));
    if (part && part->headers.find(wanted) != std::string_view::npos) return part;
    begin = end + next.size();
  }
  return std::nullopt;
}

}  // namespace bw::sandbox
