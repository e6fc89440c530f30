#include "tool-service/core/registry.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "tool-service/core/access.h"

namespace bw::tool_service {
namespace {

std::string VisibleText(const CatalogueEntry& entry) {
  const ToolDefinition& definition = entry.tool->definition();
  const ToolAnnotations& hints = definition.annotations;
  json::Json visible =
      json::Json::array({definition.name,
                         definition.title,
                         definition.description,
                         definition.input_schema,
                         definition.output_schema.value_or(json::Json()),
                         entry.local_only,
                         AccessName(entry.access),
                         {hints.read_only, hints.destructive, hints.idempotent, hints.open_world}});
  return json::Dump(visible);
}

bool ByName(const CatalogueEntry& left, const CatalogueEntry& right) {
  return left.tool->definition().name < right.tool->definition().name;
}

}  // namespace

std::string RevisionOf(std::string_view text) {
  constexpr std::uint64_t kOffset = 14695981039346656037ull;
  constexpr std::uint64_t kPrime = 1099511628211ull;
  std::uint64_t hash = kOffset;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * kPrime;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits(16, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, hash >>= 4) {
    *digit = kDigits[hash & 15];
  }
  return digits;
}

std::string DigestOf(const json::Json& arguments) {
  const std::string text = json::Dump(arguments);
  return RevisionOf(text) + "-" + std::to_string(text.size());
}

Catalogue::Catalogue(std::vector<CatalogueEntry> entries, std::vector<std::string>& refused) {
  std::stable_sort(entries.begin(), entries.end(), ByName);
  std::string visible;
  for (CatalogueEntry& entry : entries) {
    const std::string& name = entry.tool->definition().name;
    const bool known = !entries_.empty() && entries_.back().tool->definition().name == name;
    if (known || entries_.size() >= kMaxTools) {
      refused.push_back(name);
      continue;
    }
    entry.access = AccessOf(entry.tool->definition());
    visible += VisibleText(entry);
    entries_.push_back(std::move(entry));
  }
  revision_ = RevisionOf(visible);
}

const CatalogueEntry* Catalogue::Find(std::string_view name) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), name,
                                      [](const CatalogueEntry& entry, std::string_view wanted) {
                                        return entry.tool->definition().name < wanted;
                                      });
  if (found == entries_.end() || found->tool->definition().name != name) return nullptr;
  return &*found;
}

Registry::Registry() { Replace({}); }

std::shared_ptr<const Catalogue> Registry::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return catalogue_;
}

std::vector<std::string> Registry::Replace(std::vector<CatalogueEntry> entries) {
  std::vector<std::string> refused;
  auto catalogue = std::make_shared<const Catalogue>(std::move(entries), refused);
  {
    const std::lock_guard lock(mutex_);
    catalogue_ = std::move(catalogue);
  }
  if (listener_) listener_();
  return refused;
}

}  // namespace bw::tool_service
