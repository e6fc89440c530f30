#include "tests/support/mcp_schema.h"

#include <array>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace bw::testing_support {
namespace {

using json::Json;

constexpr std::size_t kMaxFindings = 6;
constexpr std::array<const char*, 5> kRevisions{"2024-11-05", "2025-03-26", "2025-06-18",
                                                "2025-11-25", "2026-07-28"};

// Unions of messages; they name methods too, but are no message's own type.
const std::set<std::string>& Unions() {
  static const std::set<std::string> unions{
      "ClientRequest", "ClientNotification", "ClientResult", "ClientMessage",
      "ServerRequest", "ServerNotification", "ServerResult", "ServerMessage"};
  return unions;
}

std::optional<Json> ReadDocument(const std::string& revision) {
  const char* root = std::getenv("BW_SOURCE_DIR");
  std::ifstream stream(std::string(root == nullptr ? "." : root) + "/tests/support/mcp-schema/" +
                       revision + ".json");
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  auto parsed = json::Parse(text);
  if (!parsed.ok()) return std::nullopt;
  return *std::move(parsed);
}

std::string MethodOf(const Json& message) { return json::StringOr(message, "method"); }

}  // namespace

// The schema's types, each compiled when it is first asked for.
class McpSchema::Types {
 public:
  explicit Types(Json document)
      : document_(std::move(document)),
        key_(document_.contains("$defs") ? "$defs" : "definitions") {
    for (const auto& item : document_[key_].items()) Index(item.key(), item.value());
  }

  bool Has(const std::string& type) const { return document_[key_].contains(type); }
  /// The first of `types` that this revision has.
  std::string FirstOf(std::initializer_list<const char*> types) const {
    for (const char* type : types) {
      if (Has(type)) return type;
    }
    return "";
  }
  std::string OfMethod(const std::string& method) const { return Lookup(by_method_, method); }
  std::string OfError(std::int64_t code) const { return Lookup(by_code_, std::to_string(code)); }
  /// "ListToolsRequest" promises "ListToolsResult"; one without a type of its own an EmptyResult.
  std::string ResultOf(const std::string& method) const {
    const std::string request = OfMethod(method);
    constexpr std::string_view suffix = "Request";
    if (!request.ends_with(suffix)) return "";
    const std::string result = request.substr(0, request.size() - suffix.size()) + "Result";
    return Has(result) ? result : "EmptyResult";
  }

  std::vector<std::string> Check(const std::string& type, const Json& value) {
    std::vector<std::string> findings;
    try {
      valijson::ValidationResults results;
      valijson::Validator validator;
      const valijson::adapters::NlohmannJsonAdapter target(value);
      if (validator.validate(Compiled(type), target, &results)) return findings;
      valijson::ValidationResults::Error error;
      while (findings.size() < kMaxFindings && results.popError(error)) {
        std::string path;
        for (const std::string& part : error.context) path += part;
        findings.push_back(type + " " + path + ": " + error.description);
      }
    } catch (const std::exception& problem) {
      findings.push_back(type + ": " + problem.what());
    }
    return findings;
  }

 private:
  static std::string Lookup(const std::map<std::string, std::string>& types,
                            const std::string& key) {
    const auto found = types.find(key);
    return found == types.end() ? "" : found->second;
  }

  void Index(const std::string& type, const Json& schema) {
    if (Unions().contains(type)) return;
    const Json method = schema.value(Json::json_pointer("/properties/method/const"), Json());
    if (method.is_string()) by_method_[method.get<std::string>()] = type;
    const Json parts = schema.value(Json::json_pointer("/properties/error/allOf"), Json::array());
    for (const Json& part : parts) {
      const Json code = part.value(Json::json_pointer("/properties/code/const"), Json());
      if (code.is_number_integer()) by_code_[std::to_string(code.get<std::int64_t>())] = type;
    }
  }

  // Draft 7 knows nothing of $defs, but follows any JSON pointer.
  const valijson::Schema& Compiled(const std::string& type) {
    std::unique_ptr<valijson::Schema>& compiled = compiled_[type];
    if (compiled == nullptr) {
      document_["$ref"] = "#/" + key_ + "/" + type;
      auto schema = std::make_unique<valijson::Schema>();
      valijson::SchemaParser(valijson::SchemaParser::kDraft7)
          .populateSchema(valijson::adapters::NlohmannJsonAdapter(document_), *schema);
      compiled = std::move(schema);
    }
    return *compiled;
  }

  Json document_;
  const std::string key_;
  std::map<std::string, std::string> by_method_;
  std::map<std::string, std::string> by_code_;
  std::map<std::string, std::unique_ptr<valijson::Schema>> compiled_;
};

McpSchema::McpSchema(Json document) : types_(std::make_unique<Types>(std::move(document))) {}
McpSchema::~McpSchema() = default;

const McpSchema* McpSchema::Find(const std::string& revision) {
  static const std::map<std::string, std::unique_ptr<McpSchema>> schemas = [] {
    std::map<std::string, std::unique_ptr<McpSchema>> all;
    for (const char* name : kRevisions) {
      if (auto document = ReadDocument(name)) all[name].reset(new McpSchema(*std::move(document)));
    }
    return all;
  }();
  const auto found = schemas.find(revision);
  return found == schemas.end() ? nullptr : found->second.get();
}

std::vector<std::string> McpSchema::Check(const Json& message, const std::string& method) const {
  if (message.is_array()) {
    std::vector<std::string> findings;
    for (const Json& element : message) {
      for (std::string& finding : Check(element)) findings.push_back(std::move(finding));
    }
    return findings;
  }
  const std::lock_guard lock(mutex_);
  const std::string own_method = MethodOf(message);
  if (own_method.empty()) return CheckResponse(message, method);
  // The types of methods leave the frame to the general form in the older revisions.
  auto findings =
      types_->Check(message.contains("id") ? "JSONRPCRequest" : "JSONRPCNotification", message);
  const std::string type = types_->OfMethod(own_method);
  if (type.empty() || !findings.empty()) return findings;
  return types_->Check(type, message);
}

std::vector<std::string> McpSchema::CheckResponse(const Json& message,
                                                  const std::string& method) const {
  if (const Json* error = json::Find(message, "error")) {
    std::string type = types_->OfError(json::GetInt(*error, "code").value_or(0));
    if (type.empty()) type = types_->FirstOf({"JSONRPCErrorResponse", "JSONRPCError"});
    return types_->Check(type, message);
  }
  auto findings =
      types_->Check(types_->FirstOf({"JSONRPCResultResponse", "JSONRPCResponse"}), message);
  const Json* result = json::Find(message, "result");
  if (!findings.empty() || result == nullptr) return findings;
  const bool is_question = json::GetString(*result, "resultType") == "input_required";
  const std::string type = is_question && types_->Has("InputRequiredResult")
                               ? "InputRequiredResult"
                               : types_->ResultOf(method);
  return type.empty() ? findings : types_->Check(type, *result);
}

McpTranscript::McpTranscript(std::string revision) : revision_(std::move(revision)) {}

void McpTranscript::Learn(const Json& message, Questions& asked) {
  if (message.is_array()) {
    for (const Json& element : message) Learn(element, asked);
    return;
  }
  const Json named =
      message.is_object()
          ? message.value(
                Json::json_pointer("/params/_meta/io.modelcontextprotocol~1protocolVersion"),
                Json())
          : Json();
  if (named.is_string() && McpSchema::Find(named.get<std::string>()) != nullptr) {
    revision_ = named.get<std::string>();
  }
  const Json* id = json::Find(message, "id");
  if (id != nullptr && !MethodOf(message).empty()) {
    asked[id->dump()] = {MethodOf(message), revision_};
  }
}

void McpTranscript::CheckLocked(const char* direction, const Json& message,
                                const Questions& asked) {
  Question question{"", revision_};
  const Json* id = json::Find(message, "id");
  if (id != nullptr && MethodOf(message).empty()) {
    const auto found = asked.find(id->dump());
    if (found != asked.end()) question = found->second;
  }
  // The answer to initialize is the first message of the revision it names.
  if (question.method == "initialize") {
    const Json settled = message.value(Json::json_pointer("/result/protocolVersion"), Json());
    if (settled.is_string()) question.revision = revision_ = settled.get<std::string>();
  }
  const McpSchema* schema = McpSchema::Find(question.revision);
  ++checked_;
  std::vector<std::string> findings{"there is no schema"};
  if (schema != nullptr) findings = schema->Check(message, question.method);
  if (findings.empty()) return;
  std::string problem = std::string(direction) + " " +
                        (question.method.empty() ? MethodOf(message) : question.method) + " (" +
                        question.revision + "):";
  for (const std::string& finding : findings) problem += " " + finding + ";";
  problems_.push_back(problem + " " + json::Dump(message));
}

void McpTranscript::Sent(const Json& message) {
  const std::lock_guard lock(mutex_);
  Learn(message, asked_by_client_);
  CheckLocked("sent", message, asked_by_server_);
}

void McpTranscript::SentUnchecked(const Json& message) {
  const std::lock_guard lock(mutex_);
  Learn(message, asked_by_client_);
}

void McpTranscript::Received(const Json& message) {
  const std::lock_guard lock(mutex_);
  if (message.is_array()) {
    for (const Json& element : message) CheckLocked("received", element, asked_by_client_);
    return;
  }
  Learn(message, asked_by_server_);
  CheckLocked("received", message, asked_by_client_);
}

void McpTranscript::ReceivedBody(const std::string& content_type, const std::string& body) {
  const auto take = [this](const std::string& text) {
    auto parsed = json::Parse(text);
    Received(parsed.ok() ? *parsed : Json("not JSON: " + text));
  };
  if (content_type.starts_with("application/json")) return take(body);
  if (!content_type.starts_with("text/event-stream")) return;
  constexpr std::string_view field = "data:";
  for (std::size_t start = 0; start < body.size();) {
    const std::size_t end = std::min(body.find('\n', start), body.size());
    const std::string line = body.substr(start, end - start);
    if (line.starts_with(field) && line.size() > field.size() + 1) take(line.substr(field.size()));
    start = end + 1;
  }
}

std::vector<std::string> McpTranscript::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

int McpTranscript::checked() const {
  const std::lock_guard lock(mutex_);
  return checked_;
}

}  // namespace bw::testing_support
