#include "tool-service/core/name_words.h"

#include <cctype>

namespace bw::tool_service {

std::vector<std::string> WordsOfName(std::string_view name) {
  std::vector<std::string> words(1);
  bool after_lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool separator = c == '_' || c == '-';
    if (separator || (after_lower && std::isupper(byte) != 0)) words.emplace_back();
    if (!separator) words.back() += static_cast<char>(std::tolower(byte));
    after_lower = std::islower(byte) != 0 || std::isdigit(byte) != 0;
  }
  return words;
}

}  // namespace bw::tool_service
