package dev.tertulia.packaging;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// An image for containers in one tar, which is a layout of the Open Container Initiative and what
/// `docker load` reads. It has three layers: a root with a C library and a shell, the program, and
/// its start-up cache, which is the only one that differs between two builds.
final class ContainerImage {
  /// The user that the server runs as.
  private static final int USER = 10_001;

  private static final String HOME = "opt/tertulia";
  private static final String DATA = "var/lib/tertulia";

  /// The live check needs no JVM. With TLS, nobody checks the name in the certificate.
  private static final String HEALTH =
      "wget -q -O /dev/null http://127.0.0.1:${TERTULIA_PORT:-8000}/health/live || wget -q"
          + " --no-check-certificate -O /dev/null"
          + " https://127.0.0.1:${TERTULIA_PORT:-8000}/health/live";

  private final Layout layout;
  private final Path work;

  /// The blobs, by their digests.
  private final Map<String, byte[]> blobs = new TreeMap<>();

  /// @param work a folder in which Debian's packages are kept between builds
  ContainerImage(Layout layout, Path work) {
    this.layout = layout;
    this.work = work;
  }

  /// A layer: its compressed bytes, and the digest of what they are before that.
  private record Layer(String digest, int size, String plain) {}

  /// Writes it into `folder`.
  ///
  /// @return the file
  Path write(Path folder) throws IOException, InterruptedException {
    DebianRoot root = DebianRoot.fetch(work, layout.architecture());
    List<Layer> layers = new ArrayList<>();
    layers.add(layer(tar -> root.write(tar, USER, DATA)));
    layers.add(layer(tar -> tree(tar, layout::isReproducible)));
    if (hasCache()) {
      layers.add(layer(tar -> tree(tar, file -> !layout.isReproducible(file))));
    }
    String config = blob(config(layers, root.versions()));
    String manifest = blob(manifest(layers, config));
    String name =
        "tertulia-%s-image-%s.tar".formatted(layout.version(), layout.architecture().archive());
    Path file = folder.resolve(name);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        TarWriter tar = new TarWriter(out, layout.date())) {
      for (Map.Entry<String, byte[]> blob : blobs.entrySet()) {
        tar.file("blobs/sha256/" + blob.getKey(), blob.getValue());
      }
      tar.file("index.json", bytes(index(manifest)));
      tar.file("manifest.json", bytes(forDocker(layers, config)));
      tar.file("oci-layout", bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
    }
    return file;
  }

  /// Writes what is in a layer.
  @FunctionalInterface
  private interface Content {
    void write(TarWriter tar) throws IOException;
  }

  private void tree(TarWriter tar, Predicate<Path> wanted) throws IOException {
    tar.tree(layout.stage(), HOME, wanted);
  }

  private boolean hasCache() throws IOException {
    try (var files = Files.list(layout.stage().resolve("lib"))) {
      return files.anyMatch(file -> !layout.isReproducible(file));
    }
  }

  private Layer layer(Content content) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(plain, layout.date())) {
      content.write(tar);
    }
    byte[] bytes = plain.toByteArray();
    byte[] compressed = TarWriter.gzip(bytes);
    return new Layer(blob(compressed), compressed.length, digest(bytes));
  }

  private String config(List<Layer> layers, String root) {
    return """
    {"created":"%s","architecture":"%s","os":"linux","config":{"User":"%s:%s",\
    "ExposedPorts":{"8000/tcp":{}},\
    "Env":["PATH=/%s/bin:/bin","TERTULIA_HOST=0.0.0.0","TERTULIA_DATA=/%s"],\
    "Entrypoint":["/%s/bin/tertulia"],"Cmd":["serve"],"Volumes":{"/%s":{}},\
    "WorkingDir":"/%s","StopSignal":"SIGTERM",\
    "Healthcheck":{"Test":["CMD-SHELL","%s"],"Interval":30000000000,"Timeout":5000000000,\
    "StartPeriod":30000000000,"Retries":3},\
    "Labels":{"org.opencontainers.image.title":"tertulia","org.opencontainers.image.version":"%s",\
    "org.opencontainers.image.licenses":"Apache-2.0","dev.tertulia.root":"%s"}},\
    "rootfs":{"type":"layers","diff_ids":[%s]},\
    "history":[%s]}\
    """
        .formatted(
            Instant.ofEpochSecond(layout.date()),
            layout.architecture().debian(),
            USER,
            USER,
            HOME,
            DATA,
            HOME,
            DATA,
            DATA,
            HEALTH,
            layout.version(),
            root,
            joined(layers.stream().map(layer -> "\"sha256:" + layer.plain + "\"").toList()),
            joined(
                layers.stream()
                    .map(layer ->
                        "{\"created\":\"%s\",\"created_by\":\"./tertulia package\"}"
                            .formatted(Instant.ofEpochSecond(layout.date())))
                    .toList()));
  }

  private String manifest(List<Layer> layers, String config) {
    List<String> parts =
        layers.stream()
            .map(layer ->
                "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:%s\",\"size\":%s}"
                    .formatted(layer.digest, layer.size))
            .toList();
    return """
    {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
    "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},\
    "layers":[%s]}\
    """
        .formatted(config, blobs.get(config).length, joined(parts));
  }

  private String index(String manifest) {
    return """
    {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\
    {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,\
    "platform":{"architecture":"%s","os":"linux"},\
    "annotations":{"io.containerd.image.name":"docker.io/library/tertulia:%s",\
    "org.opencontainers.image.ref.name":"%s"}}]}\
    """
        .formatted(
            manifest,
            blobs.get(manifest).length,
            layout.architecture().debian(),
            layout.version(),
            layout.version());
  }

  private String forDocker(List<Layer> layers, String config) {
    return "[{\"Config\":\"blobs/sha256/%s\",\"RepoTags\":[\"tertulia:%s\"],\"Layers\":[%s]}]"
        .formatted(
            config,
            layout.version(),
            joined(layers.stream().map(layer -> "\"blobs/sha256/" + layer.digest + "\"").toList()));
  }

  private String blob(String text) {
    return blob(bytes(text));
  }

  private String blob(byte[] content) {
    String digest = digest(content);
    blobs.put(digest, content);
    return digest;
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String joined(List<String> parts) {
    return String.join(",", parts);
  }
}
