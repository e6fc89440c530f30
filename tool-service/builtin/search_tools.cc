#include "tool-service/builtin/search_tools.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tool-service/builtin/local_tool.h"
#include "tool-service/core/access.h"
#include "tool-service/core/nearest_name.h"
#include "tool-service/core/search_words.h"

namespace bw::tool_service {
namespace {

using json::Json;
using ListingPtr = std::shared_ptr<const Listing>;

constexpr int kDefaultFoundTools = 8;
constexpr char kHandWritten[] = "this server";

Json NameSchema(std::string_view description) {
  return {{"type", "string"},
          {"minLength", 1},
          {"maxLength", kMaxToolNameBytes},
          {"description", description}};
}

ToolDefinition SearchDefinition() {
  ToolDefinition definition;
  definition.name = "searchTools";
  definition.title = "Find tools by what they do";
  definition.description =
      "Finds tools for calls, texts, numbers, porting, campaigns, reports and the rest, the best "
      "match first, each with its required arguments. Ask in plain words: \"buy a number\". Then "
      "describeTool shows all arguments of one, and callTool runs it.";
  definition.input_schema = {
      {"type", "object"},
      {"required", {"query"}},
      {"additionalProperties", false},
      {"properties",
       {{"query",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", kMaxQuestionBytes},
          {"description", "What you want to do, in English, or a tool's name"}}},
        {"limit",
         {{"type", "integer"},
          {"minimum", 1},
          {"maximum", kMaxFoundTools},
          {"default", kDefaultFoundTools},
          {"description", "Tools to show at most"}}},
        {"document",
         {{"type", "string"},
          {"maxLength", 128},
          {"description", "Only tools of this document, such as voice or numbers-orders"}}}}}};
  definition.annotations = {true, false, true, false};
  return definition;
}

ToolDefinition DescribeDefinition() {
  ToolDefinition definition;
  definition.name = "describeTool";
  definition.title = "Show how a tool is called";
  definition.description =
      "Gives a tool's whole description and the JSON Schema of its arguments, as searchTools names "
      "it. Read it before callTool, unless the required arguments are all you need.";
  definition.input_schema = {{"type", "object"},
                             {"required", {"name"}},
                             {"additionalProperties", false},
                             {"properties", {{"name", NameSchema("The tool's name")}}}};
  definition.annotations = {true, false, true, false};
  return definition;
}

ToolDefinition CallDefinition() {
  ToolDefinition definition;
  definition.name = "callTool";
  definition.title = "Call a tool that searchTools found";
  definition.description =
      "Runs a tool by name with its own arguments, and answers as that tool does. Everything that "
      "holds for the tool holds here: its arguments are checked, and the person may be asked "
      "first.";
  definition.input_schema = {
      {"type", "object"},
      {"required", {"name"}},
      {"additionalProperties", false},
      {"properties",
       {{"name", NameSchema("The tool's name, as searchTools gives it")},
        {"arguments",
         {{"type", "object"},
          {"additionalProperties", true},
          {"description", "The tool's arguments; describeTool shows their schema"}}}}}};
  definition.annotations = {false, true, false, true};
  return definition;
}

StatusOr<ListingPtr> ReachOf(Toolbox& toolbox, const CallContext& context) {
  Selection selection;
  selection.transport = context.transport;
  selection.exclude_tools = context.excluded_tools;
  return toolbox.Reach(selection);
}

// The beginning of a text: whole sentences if one fits, else whole words.
std::string Beginning(std::string_view text) {
  if (text.size() <= kMaxAboutBytes) return std::string(text);
  const std::string_view fits = text.substr(0, kMaxAboutBytes);
  if (const auto end = fits.rfind(". "); end != std::string_view::npos) {
    return std::string(fits.substr(0, end + 1));
  }
  return std::string(fits.substr(0, fits.rfind(' '))) + " …";
}

std::string AboutOf(const ToolDefinition& definition) {
  std::string about = definition.title;
  const std::string more = Beginning(definition.description);
  if (!about.empty() && !more.empty()) about += ". ";
  return about + more;
}

Json RequiredOf(const ToolDefinition& definition) {
  const Json* required = json::FindArray(definition.input_schema, "required");
  return required == nullptr ? Json(Json::array()) : *required;
}

Json DescribeFound(const CatalogueEntry& entry) {
  const ToolDefinition& definition = entry.tool->definition();
  Json found = {{"name", definition.name},
                {"about", AboutOf(definition)},
                {"required", RequiredOf(definition)},
                {"access", AccessName(entry.access)},
                {"document", entry.document.empty() ? kHandWritten : entry.document}};
  // Said where they hold only: there are few, and every word costs the agent.
  if (definition.annotations.read_only) found["read_only"] = true;
  if (definition.traits.costly) found["costly"] = true;
  if (definition.traits.destructive) found["destructive"] = true;
  return found;
}

// "createCall(to) [write, costs money]: Place a phone call. …"
std::string FoundLine(const Json& found) {
  std::string arguments;
  for (const Json& name : found["required"]) {
    arguments += (arguments.empty() ? "" : ", ") + name.get<std::string>();
  }
  std::string traits = found["access"].get<std::string>();
  if (found.contains("costly")) traits += ", costs money";
  if (found.contains("destructive")) traits += ", destructive";
  return found["name"].get<std::string>() + "(" + arguments + ") [" + traits +
         "]: " + found["about"].get<std::string>() + "\n";
}

// How many tools each document has, so that an agent knows where to look.
Json DocumentsOf(const Listing& reach) {
  std::map<std::string, int> counts;
  for (const CatalogueEntry& entry : reach.entries()) {
    ++counts[entry.document.empty() ? kHandWritten : entry.document];
  }
  return counts;
}

std::string NothingFound(const Json& documents) {
  std::string text = "No tool matches. Say it in other words";
  std::string names;
  for (const auto& [name, count] : documents.items()) {
    names += (names.empty() ? "" : ", ") + name + " (" + count.dump() + ")";
  }
  if (!names.empty()) text += ", or look through a document: " + names;
  return text + ".";
}

ToolResult Search(Toolbox& toolbox, const Json& arguments, const CallContext& context) {
  const auto reach = ReachOf(toolbox, context);
  if (!reach.ok()) return ErrorResult(std::string(Message(reach.status())));
  const std::string document = json::StringOr(arguments, "document");
  const auto limit = json::GetInt(arguments, "limit").value_or(kDefaultFoundTools);
  std::size_t above = 0;
  const auto found = toolbox.IndexOf((*reach)->catalogue())
                         ->Find(json::StringOr(arguments, "query"), static_cast<std::size_t>(limit),
                                [&](const CatalogueEntry& entry) {
                                  if (!document.empty() && entry.document != document) return false;
                                  if (!(*reach)->Has(entry.tool->definition().name)) return false;
                                  if (entry.access > context.access) ++above;
                                  return entry.access <= context.access;
                                });
  Json structured = {{"tools", Json::array()}};
  std::string text;
  for (const CatalogueEntry* entry : found) {
    structured["tools"].push_back(DescribeFound(*entry));
    text += FoundLine(structured["tools"].back());
  }
  if (found.empty()) {
    structured["documents"] = DocumentsOf(**reach);
    text = NothingFound(structured["documents"]) + "\n";
  }
  if (above > 0) {
    structured["above_your_access"] = above;
    text += std::to_string(above) + " more match that need more than " +
            std::string(AccessName(context.access)) + " access, which is all you have.\n";
  }
  return Answer(std::move(text), std::move(structured));
}

// The tool of that name, if the caller may be led to it.
StatusOr<const CatalogueEntry*> FindReached(const Listing& reach, const std::string& name,
                                            Access access) {
  const CatalogueEntry* entry = reach.Find(name);
  if (entry == nullptr) {
    if (LeadsToTools(name))
      return NotFound("name: " + name + " is called by itself, not from here");
    std::vector<std::string_view> names;
    for (const CatalogueEntry& each : reach.entries()) {
      names.emplace_back(each.tool->definition().name);
    }
    return NotFound("name: there is no tool " + name + ", or it is not enabled" +
                    DidYouMean(name, names) + " searchTools finds tools by what they do");
  }
  if (entry->access <= access) return entry;
  return PermissionDenied(name + " needs " + std::string(AccessName(entry->access)) +
                          " access; the caller has " + std::string(AccessName(access)));
}

ToolResult Describe(Toolbox& toolbox, const Json& arguments, const CallContext& context) {
  const auto reach = ReachOf(toolbox, context);
  if (!reach.ok()) return ErrorResult(std::string(Message(reach.status())));
  const auto entry = FindReached(**reach, json::StringOr(arguments, "name"), context.access);
  if (!entry.ok()) return ErrorResult(std::string(Message(entry.status())));
  const ToolDefinition& definition = (*entry)->tool->definition();
  Json described = DescribeFound(**entry);
  described.erase("about");
  described.erase("required");
  described["title"] = definition.title;
  described["description"] = definition.description;
  described["input_schema"] = definition.input_schema;
  if (definition.output_schema) described["output_schema"] = *definition.output_schema;
  return Answer(json::Dump(described), described);
}

// What callTool runs is the catalogue's own tool: it checks its arguments, asks and remembers as
// when it is called directly, with the caller's context as it came.
void CallFound(Toolbox& toolbox, Json arguments, CallContext context, Tool::Done done) {
  auto reach = ReachOf(toolbox, context);
  if (!reach.ok()) return done(reach.status());
  const auto entry = FindReached(**reach, json::StringOr(arguments, "name"), context.access);
  if (entry.status().code() == StatusCode::kNotFound) {
    return done(ErrorResult(std::string(Message(entry.status()))));
  }
  // As for a direct call: no tool ran.
  if (!entry.ok()) return done(entry.status());
  Json of_tool = Json::object();
  if (const auto given = arguments.find("arguments"); given != arguments.end()) {
    of_tool = std::move(*given);
  }
  // The listing keeps the tool alive while the catalogue is replaced.
  (*entry)->tool->Call(std::move(of_tool), std::move(context),
                       [kept = *std::move(reach), done = std::move(done)](
                           StatusOr<ToolOutcome> outcome) { done(std::move(outcome)); });
}

}  // namespace

std::vector<CatalogueEntry> MakeSearchTools(Toolbox& toolbox, DefaultArguments& defaults) {
  const auto make = [&](ToolDefinition definition, LocalTool::Handler handler) {
    CatalogueEntry entry;
    entry.tool = std::make_shared<LocalTool>(std::move(definition), defaults, std::move(handler));
    return entry;
  };
  return {make(SearchDefinition(),
               [&toolbox](const Json& arguments, const CallContext& context,
                          const Tool::Done& done) { done(Search(toolbox, arguments, context)); }),
          make(DescribeDefinition(),
               [&toolbox](const Json& arguments, const CallContext& context,
                          const Tool::Done& done) { done(Describe(toolbox, arguments, context)); }),
          make(CallDefinition(), [&toolbox](Json arguments, CallContext context, Tool::Done done) {
            CallFound(toolbox, std::move(arguments), std::move(context), std::move(done));
          })};
}

}  // namespace bw::tool_service
