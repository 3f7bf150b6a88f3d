package dev.tertulia.server.http.signin;

import com.google.errorprone.annotations.Immutable;
import dev.tertulia.server.model.Language;

/// What people read if they can't sign in, in one language.
///
/// @param title what has happened
/// @param again advice if nothing is wrong
/// @param later advice if the provider can't be reached
/// @param ask advice if the provider or this server says no
/// @param back the link to the page
@Immutable
record SignInMessages(String title, String again, String later, String ask, String back) {
  private static final SignInMessages ES =
      new SignInMessages(
          "No se ha podido entrar",
          "Has tardado demasiado, o empezaste a entrar en otro navegador. Empieza de nuevo.",
          "Ahora mismo no se puede contactar con el servicio que comprueba quién eres. Inténtalo"
              + " dentro de un rato.",
          "Pregunta a quien administra este servidor: el motivo está en su registro.",
          "Volver a la página");

  private static final SignInMessages EN =
      new SignInMessages(
          "You could not sign in",
          "It took too long, or you began to sign in with another browser. Start again.",
          "The service that checks who you are can't be reached at the moment. Try again later.",
          "Ask the administrator of this server: its log has the cause.",
          "Back to the page");

  static SignInMessages of(Language language) {
    return switch (language) {
      case ES -> ES;
      case EN -> EN;
    };
  }
}
