// Which tools answer a question: a ranked index of all that is loaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tool-service/core/registry.h"

namespace bw::tool_service {

/// Okapi BM25 over the words of a tool's name, title, description, parameters and document, each
/// field with a weight and a length of its own (the variant called BM25F: Robertson, Zaragoza 2009,
/// "The Probabilistic Relevance Framework", §3.6). Immutable and thread-safe; equal catalogues and
/// questions give equal answers in any process.
class ToolIndex {
 public:
  /// Words of one field that are read; the rest of a longer one is left out.
  static constexpr std::size_t kMaxFieldWords = 2'000;

  using Admits = std::function<bool(const CatalogueEntry&)>;

  /// Keeps the catalogue.
  explicit ToolIndex(std::shared_ptr<const Catalogue> catalogue);

  /// Up to `limit` entries of the catalogue that `admits` lets through, the best first, equals by
  /// name; a question that is a tool's name finds that tool first. The pointers live as long as the
  /// index.
  std::vector<const CatalogueEntry*> Find(std::string_view question, std::size_t limit,
                                          const Admits& admits) const;

  const std::shared_ptr<const Catalogue>& catalogue() const { return catalogue_; }

 private:
  struct Posting {
    std::uint32_t tool;
    /// Of all fields together, weighted and set off against their lengths.
    float frequency;
  };

  void Add(const std::string& word, std::vector<double>& scores, double weight) const;

  std::shared_ptr<const Catalogue> catalogue_;
  std::unordered_map<std::string, std::vector<Posting>> postings_;
};

}  // namespace bw::tool_service
