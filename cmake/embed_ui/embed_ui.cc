// Runs while the program is built: turns a folder of web files into an assembler file that pulls
// them in, compressed, and a C++ table that names them.
//
//   embed_ui <folder> <output folder>
//
// writes <output folder>/{0.gz, 1.gz, …}, ui_blobs.S and ui_files.cc.

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct File {
  fs::path source;
  std::string url;  // "/assets/index.js"
};

std::string ContentTypeOf(const fs::path& path) {
  static const std::map<std::string, std::string> kTypes = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".wasm", "application/wasm"}};
  const auto found = kTypes.find(path.extension().string());
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

// By URL, so that the same folder always makes the same program. Source maps stay outside.
std::vector<File> FindFiles(const fs::path& folder) {
  std::vector<File> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".map") continue;
    files.push_back({entry.path(), "/" + fs::relative(entry.path(), folder).generic_string()});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.url < b.url; });
  return files;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void WriteFile(const fs::path& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string Compress(std::string content) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::runtime_error("zlib");
  }
  std::string compressed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib");
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  return compressed;
}

std::string EtagOf(const std::string& content) {
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  return std::to_string(sum) + "-" + std::to_string(content.size());
}

std::string Assembler(std::size_t index, const fs::path& blob) {
  const std::string name = "bedplate_ui_" + std::to_string(index);
  return "  .global " + name + "\n  .global " + name + "_end\n" + name + ":\n  .incbin \"" +
         blob.string() + "\"\n" + name + "_end:\n";
}

std::string TableLine(std::size_t index, const File& file, const std::string& etag) {
  const std::string name = "bedplate_ui_" + std::to_string(index);
  return "      {\"" + file.url + "\", \"" + ContentTypeOf(file.source) + "\", {" + name + ", " +
         name + "_end}, \"\\\"" + etag + "\\\"\"},\n";
}

void Embed(const fs::path& folder, const fs::path& output) {
  std::string blobs = "  .section .rodata\n";
  std::string names;
  std::string table;
  const std::vector<File> files = FindFiles(folder);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string content = ReadFile(files[i].source);
    const fs::path blob = output / (std::to_string(i) + ".gz");
    WriteFile(blob, Compress(content));
    blobs += Assembler(i, blob);
    const std::string name = "bedplate_ui_" + std::to_string(i);
    names +=
        "extern \"C\" const char " + name + "[];\nextern \"C\" const char " + name + "_end[];\n";
    table += TableLine(i, files[i], EtagOf(content));
  }
  WriteFile(output / "ui_blobs.S", blobs + "  .section .note.GNU-stack,\"\",@progbits\n");
  WriteFile(output / "ui_files.cc", "#include \"app/ui_files.h\"\n\n" + names +
                                        "\nstd::span<const bedplate::StaticFile> "
                                        "bedplate::UiFiles() {\n"
                                        "  static const StaticFile kFiles[] = {\n" +
                                        table + "  };\n  return kFiles;\n}\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: embed_ui <folder> <output folder>\n";
    return 2;
  }
  try {
    Embed(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "embed_ui: " << error.what() << '\n';
    return 1;
  }
}
