#include "tool-service/core/tool_index.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <utility>

#include "tool-service/core/search_words.h"

namespace bw::tool_service {
namespace {

using json::Json;

enum Field { kName, kTitle, kDescription, kParameters, kAboutParameters, kDocument, kFieldCount };

struct FieldRule {
  double weight;
  /// How far a field that is longer than usual counts for less: 0 not at all, 1 in full.
  double length_share;
};
constexpr std::array<FieldRule, kFieldCount> kFields = {{
    {2.6, 0.4},  // name
    {3.0, 0.3},  // title
    {1.6, 0.5},  // description
    {0.6, 0.8},  // parameters
    {0.3, 0.8},  // about parameters
    {0.8, 0.0},  // document
}};

// How soon more of the same word stops to matter.
constexpr double kSaturation = 1.4;
// What a word counts that was not said but may have been meant.
constexpr double kMeantShare = 0.55;

using Words = std::vector<std::string>;
using FieldWords = std::array<Words, kFieldCount>;

void AddWords(Words& words, std::string_view text) {
  for (std::string& word : SearchWords(text)) {
    if (words.size() == ToolIndex::kMaxFieldWords) return;
    words.push_back(std::move(word));
  }
}

FieldWords WordsOf(const CatalogueEntry& entry) {
  const ToolDefinition& definition = entry.tool->definition();
  FieldWords words;
  AddWords(words[kName], definition.name);
  AddWords(words[kTitle], definition.title);
  AddWords(words[kDescription], definition.description);
  AddWords(words[kDocument], entry.document);
  const Json* properties = json::FindObject(definition.input_schema, "properties");
  if (properties == nullptr) return words;
  for (const auto& [name, schema] : properties->items()) {
    AddWords(words[kParameters], name);
    AddWords(words[kAboutParameters], json::StringOr(schema, "description"));
  }
  return words;
}

using Lengths = std::array<double, kFieldCount>;

Lengths UsualLengths(const std::vector<FieldWords>& tools) {
  Lengths usual{};
  for (const FieldWords& words : tools) {
    for (std::size_t i = 0; i < kFieldCount; ++i) usual[i] += static_cast<double>(words[i].size());
  }
  for (double& length : usual) length = std::max(1.0, length / static_cast<double>(tools.size()));
  return usual;
}

// Each word's frequency in all fields together.
std::map<std::string, double> Frequencies(const FieldWords& fields, const Lengths& usual) {
  std::map<std::string, double> frequencies;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const FieldRule& rule = kFields[i];
    const double length = static_cast<double>(fields[i].size()) / usual[i];
    const double share = rule.weight / (1 - rule.length_share + rule.length_share * length);
    for (const std::string& word : fields[i]) frequencies[word] += share;
  }
  return frequencies;
}

bool SameName(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

}  // namespace

ToolIndex::ToolIndex(std::shared_ptr<const Catalogue> catalogue)
    : catalogue_(std::move(catalogue)) {
  std::vector<FieldWords> tools;
  for (const CatalogueEntry& entry : catalogue_->entries()) tools.push_back(WordsOf(entry));
  if (tools.empty()) return;
  const Lengths usual = UsualLengths(tools);
  for (std::uint32_t tool = 0; tool < tools.size(); ++tool) {
    for (const auto& [word, frequency] : Frequencies(tools[tool], usual)) {
      postings_[word].push_back({tool, static_cast<float>(frequency)});
    }
  }
}

void ToolIndex::Add(const std::string& word, std::vector<double>& scores, double weight) const {
  const auto found = postings_.find(word);
  if (found == postings_.end()) return;
  const auto all = static_cast<double>(catalogue_->entries().size());
  const auto having = static_cast<double>(found->second.size());
  const double rarity = std::log(1 + (all - having + 0.5) / (having + 0.5));
  for (const Posting& posting : found->second) {
    const double frequency = posting.frequency;
    const double score =
        weight * rarity * frequency * (kSaturation + 1) / (kSaturation + frequency);
    scores[posting.tool] = std::max(scores[posting.tool], score);
  }
}

std::vector<const CatalogueEntry*> ToolIndex::Find(std::string_view question, std::size_t limit,
                                                   const Admits& admits) const {
  const std::vector<CatalogueEntry>& entries = catalogue_->entries();
  std::vector<double> scores(entries.size());
  std::vector<double> of_one(entries.size());
  for (const AskedFor& asked : WhatIsAskedFor(question)) {
    std::fill(of_one.begin(), of_one.end(), 0.0);
    // Where no tool uses the asker's own word, what it means is all there is to go by.
    const double meant_share = postings_.contains(asked.words.front()) ? kMeantShare : 1.0;
    for (std::size_t i = 0; i < asked.words.size(); ++i) {
      Add(asked.words[i], of_one, i == 0 ? 1.0 : meant_share);
    }
    for (std::size_t tool = 0; tool < scores.size(); ++tool) scores[tool] += of_one[tool];
  }
  std::vector<std::size_t> found;
  for (std::size_t tool = 0; tool < entries.size(); ++tool) {
    if (SameName(entries[tool].tool->definition().name, question)) scores[tool] = HUGE_VAL;
    if (scores[tool] > 0 && admits(entries[tool])) found.push_back(tool);
  }
  std::stable_sort(found.begin(), found.end(), [&](std::size_t left, std::size_t right) {
    return scores[left] > scores[right];
  });
  if (found.size() > limit) found.resize(limit);
  std::vector<const CatalogueEntry*> best;
  for (const std::size_t tool : found) best.push_back(&entries[tool]);
  return best;
}

}  // namespace bw::tool_service
