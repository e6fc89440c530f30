#include "tool-service/openapi/yaml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::string_view kPlainTag = "?";
constexpr std::array<std::string_view, 5> kNulls = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
// Tags that leave the meaning to the text; all others (str, binary, timestamp, …) make it a string.
constexpr std::array<std::string_view, 5> kResolvedTags = {
    "", kPlainTag, "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool"};

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& table) {
  return std::find(table.begin(), table.end(), text) != table.end();
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// RFC 8259 §6.
bool IsJsonNumber(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && IsDigit(text[at])) ++at;
    return at > begin;
  };
  const bool leading_zero = text.substr(at).starts_with('0');
  const std::size_t whole = at;
  if (!digits() || (leading_zero && at - whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

Json NumberOf(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::int64_t integer = 0;
  if (const auto result = std::from_chars(text.data(), end, integer);
      result.ec == std::errc() && result.ptr == end) {
    return integer;
  }
  double real = 0;
  if (std::from_chars(text.data(), end, real).ec == std::errc()) return real;
  return text;  // beyond what a double holds
}

Json ScalarOf(const std::string& tag, const std::string& text) {
  if (!IsOneOf(tag, kResolvedTags)) return text;
  if (IsOneOf(text, kNulls)) return nullptr;
  if (IsOneOf(text, kTrue)) return true;
  if (IsOneOf(text, kFalse)) return false;
  return IsJsonNumber(text) ? NumberOf(text) : Json(text);
}

std::string Location(const YAML::Mark& mark) {
  return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

// Builds the JSON value from the parser's events. After the first problem it takes no more.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const YamlLimits& limits) : limits_(limits) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (Count(mark, 1)) Add(Json(nullptr), "null", anchor, 1);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (Count(mark, 1)) Add(ScalarOf(tag, text), text, anchor, 1);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      Fail(mark, "an alias is used inside the node that it names");
    } else if (Count(mark, found->second.nodes)) {
      const Json& value = found->second.value;
      Add(value, value.is_string() ? value.get<std::string>() : json::Dump(value), 0,
          found->second.nodes);
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, Json::array(), anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, Json::object(), anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

  const std::optional<std::string>& problem() const { return problem_; }
  Json TakeRoot() { return std::move(root_); }

 private:
  struct Frame {
    Json value;
    YAML::anchor_t anchor = 0;
    std::optional<std::string> key;
    std::size_t nodes = 1;
  };
  struct Anchored {
    Json value;
    std::size_t nodes = 1;
  };

  void Fail(const YAML::Mark& mark, const std::string& what) {
    if (!problem_) problem_ = Location(mark) + ": " + what;
  }

  bool Count(const YAML::Mark& mark, std::size_t nodes) {
    if (problem_) return false;
    if (nodes > limits_.max_nodes - nodes_) {
      Fail(mark, "the document has more than " + std::to_string(limits_.max_nodes) +
                     " nodes (aliases counted in full)");
      return false;
    }
    nodes_ += nodes;
    return true;
  }

  void Open(const YAML::Mark& mark, Json empty, YAML::anchor_t anchor) {
    if (static_cast<int>(open_.size()) >= limits_.max_depth) {
      Fail(mark, "the document nests deeper than " + std::to_string(limits_.max_depth) + " levels");
    }
    if (Count(mark, 1)) open_.push_back(Frame{std::move(empty), anchor, std::nullopt, 1});
  }

  void Close() {
    if (problem_ || open_.empty()) return;
    Frame frame = std::move(open_.back());
    open_.pop_back();
    Add(std::move(frame.value), "", frame.anchor, frame.nodes);
  }

  // `key_text` is the text of a scalar, for when it turns out to be a key.
  void Add(Json value, std::string_view key_text, YAML::anchor_t anchor, std::size_t nodes) {
    if (anchor != 0) {
      // The copy costs memory like any other nodes.
      nodes_ = std::min(limits_.max_nodes, nodes_ + nodes);
      anchored_[anchor] = Anchored{value, nodes};
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& parent = open_.back();
    parent.nodes += nodes;
    if (parent.value.is_array()) {
      parent.value.push_back(std::move(value));
    } else if (!parent.key) {
      parent.key = value.is_structured() ? json::Dump(value) : std::string(key_text);
    } else {
      parent.value.emplace(std::move(*parent.key), std::move(value));
      parent.key.reset();
    }
  }

  const YamlLimits limits_;
  std::vector<Frame> open_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::size_t nodes_ = 0;
  Json root_;
  std::optional<std::string> problem_;
};

// Lets the parser read `text` without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // streambuf's interface; never written to
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

StatusOr<Json> ReadYaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return InvalidArgument("the document has " + std::to_string(text.size()) + " bytes; at most " +
                           std::to_string(limits.max_bytes) + " are allowed");
  }
  Builder builder(limits);
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    if (!builder.problem()) return InvalidArgument(Location(error.mark) + ": " + error.msg);
  }
  if (builder.problem()) return InvalidArgument(*builder.problem());
  return builder.TakeRoot();
}

}  // namespace bw::tool_service
