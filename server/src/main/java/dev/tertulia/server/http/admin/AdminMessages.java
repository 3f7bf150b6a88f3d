package dev.tertulia.server.http.admin;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// The messages of refused requests of operators in one language: the reason, and what to do.
///
/// @param operatorOnly a request for a file of the machine, without the key of the operator
/// @param notAClient a text that is not an id of a client, or is one of the server's own
/// @param notAFile a text that is not the absolute path of a file
/// @param erasing another client is being erased
/// @param importing another file is being imported
/// @param notReloadable the server does not know where to read its configuration
/// @param notReloaded the configuration has mistakes
/// @param notDrainable the server is part of another program
/// @param codeForOperator a request for a code without the operator's own key
/// @param badCode a code that is unknown, used or too old
/// @param codeElsewhere a code that is shown on another machine
@Immutable
record AdminMessages(
    String operatorOnly,
    String notAClient,
    String notAFile,
    String erasing,
    String importing,
    String notReloadable,
    String notReloaded,
    String notDrainable,
    String codeForOperator,
    String badCode,
    String codeElsewhere) {
  private static final AdminMessages ES =
      new AdminMessages(
          "Solo el operador puede importar un fichero de la máquina, con la clave del fichero"
              + " admin.token de la carpeta de datos. ./tertulia import la usa por sí mismo.",
          "'client' no es un identificador de cliente, o es uno del propio servidor.",
          "'file' debe ser la ruta absoluta de un fichero de la máquina del servidor.",
          "Se está borrando a otro cliente. Repite la petición cuando termine.",
          "Se está importando otro fichero. Repite la petición cuando termine.",
          "El servidor no puede leer su configuración: todavía está arrancando, o lo inició otro"
              + " programa. Repite la petición en un momento, o reinícialo.",
          "La configuración tiene errores, así que no ha cambiado nada: 'problems' los enumera."
              + " Corrígelos y repite la petición.",
          "El servidor todavía está arrancando o forma parte de otro programa, que es quien puede"
              + " terminarlo. Repite la petición en un momento.",
          "Solo el operador puede pedir un código, con la clave del fichero admin.token de la"
              + " carpeta de datos. ./tertulia admin la usa por sí mismo.",
          "Este enlace ya se ha usado, o tiene más de dos minutos: pide otro con ./tertulia admin.",
          "El enlace solo vale en un navegador de la máquina del servidor, o a través de un túnel"
              + " hasta ella. Desde otro sitio, usa una clave de la API con el ámbito admin.");

  private static final AdminMessages EN =
      new AdminMessages(
          "Only the operator may import a file of the machine, with the key in the file admin.token"
              + " of the data folder. ./tertulia import uses it by itself.",
          "'client' is not the id of a client, or is one of the server's own.",
          "'file' must be the absolute path of a file on the server's machine.",
          "Another client is being erased. Send the request again when that has finished.",
          "Another file is being imported. Send the request again when that has finished.",
          "The server can't read its configuration: it is still starting, or was started by another"
              + " program. Send the request again in a moment, or restart the server.",
          "The configuration has mistakes, so nothing has changed: 'problems' lists them. Correct"
              + " them, and send the request again.",
          "The server is still starting, or is part of another program, which is to end it. Send"
              + " the request again in a moment.",
          "Only the operator may ask for a code, with the key in the file admin.token of the data"
              + " folder. ./tertulia admin uses it by itself.",
          "This link has been used already, or is older than two minutes: ask for another one with"
              + " ./tertulia admin.",
          "The link works only in a browser on the server's machine, or through a tunnel to it."
              + " Elsewhere, use an API key with the scope admin.");

  /// The messages in `language`.
  static AdminMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
