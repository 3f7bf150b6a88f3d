/**
 * The emoji that can be named and picked, by group: the character, its English name, its Spanish name, other names.
 * The names are without accents, as they are looked for.
 */
export const GROUPS = {
  faces: `
    😀 grinning sonrisa happy feliz
    😃 smiley alegre
    😄 smile sonriente
    😁 grin radiante
    😆 laughing carcajada xd
    😅 sweat_smile uf sudor
    🤣 rofl me_parto
    😂 joy llorar_de_risa risa lol
    🙂 slight_smile sonrisita
    🙃 upside_down al_reves
    😉 wink guino
    😊 blush sonrojo
    😇 innocent angel
    🥰 in_love enamorado adoracion
    😍 heart_eyes ojos_de_corazon
    🤩 star_struck fascinado estrellas
    😘 kissing_heart beso
    😋 yum que_rico delicioso
    😛 tongue lengua
    😜 wink_tongue lengua_guino
    🤪 zany alocado
    😎 sunglasses gafas_de_sol cool
    🤓 nerd empollon
    🧐 monocle monoculo
    🥳 partying fiesta celebrar
    🤗 hugs abrazo
    🤔 thinking pensar hmm duda
    🤨 raised_eyebrow ceja
    😐 neutral
    😑 expressionless inexpresivo
    😶 no_mouth sin_boca
    🫡 salute saludo_militar a_la_orden
    🤫 shushing silencio
    🤭 hand_over_mouth ups
    😏 smirk picaro
    😒 unamused fastidio
    🙄 eye_roll ojos_en_blanco
    😬 grimacing mueca
    😌 relieved alivio
    😔 pensive decaido
    😪 sleepy somnoliento
    😴 sleeping dormir zzz
    🤤 drooling babear
    😷 mask mascarilla
    🤒 sick_thermometer fiebre
    🤕 hurt venda
    🤢 nauseated nausea
    🤧 sneezing estornudo
    🥵 hot_face calor
    🥶 cold_face frio
    🥴 woozy mareado
    😵 dizzy_face aturdido
    🤯 exploding_head alucinado mente
    😕 confused confundido
    😟 worried preocupado
    🙁 slight_frown triste
    😮 open_mouth sorpresa oh
    😲 astonished asombro
    😳 flushed avergonzado
    🥺 pleading suplica porfa
    😨 fearful miedo
    😰 anxious ansiedad
    😥 sad_relieved pena
    😢 cry lagrima llorar
    😭 sob llanto
    😱 scream grito susto
    😞 disappointed decepcion
    😓 sweat agobio
    😩 weary cansado
    😫 tired_face agotado
    🥱 yawning bostezo
    😤 triumph bufido
    😡 rage furia
    😠 angry enfado
    🤬 cursing insultos
    😈 smiling_imp diablillo
    💀 skull calavera
    💩 poop caca
    🤡 clown payaso
    👻 ghost fantasma
    👽 alien extraterrestre
    🤖 robot
    🙈 see_no_evil no_veo mono
    🙉 hear_no_evil no_oigo
    🙊 speak_no_evil no_hablo`,
  people: `
    👍 +1 me_gusta thumbsup vale ok_hand_up
    👎 -1 no_me_gusta thumbsdown
    👌 ok_hand perfecto ok
    👏 clap aplauso bravo
    🙌 raised_hands manos_arriba hurra
    🙏 pray gracias por_favor thanks
    🤝 handshake trato acuerdo
    👋 wave hola adios saludo
    ✋ hand mano alto
    ✌️ v victoria paz
    🤞 crossed_fingers dedos_cruzados suerte
    🤟 love_you te_quiero
    🤘 metal cuernos
    🤙 call_me llamame
    👈 point_left izquierda_dedo
    👉 point_right derecha_dedo
    👆 point_up arriba_dedo
    👇 point_down abajo_dedo
    ☝️ index_up atencion
    ✊ fist puno
    👊 facepunch punetazo
    💪 muscle fuerza
    ✍️ writing_hand escribir
    👀 eyes ojos mirar
    👁️ eye ojo
    🧠 brain cerebro
    👶 baby bebe
    🧒 child nino
    👩 woman mujer
    👨 man hombre
    👵 grandma abuela
    👴 grandpa abuelo
    🤷 shrug ni_idea
    🤦 facepalm palma
    🙋 raising_hand levantar_la_mano yo
    🙅 no_good no
    💁 information_desk informacion
    🙇 bow reverencia
    💃 dancer bailar
    🕺 man_dancing bailarin
    🏃 runner correr
    🚶 walking caminar
    🧑‍💻 technologist programar
    🧑‍🍳 cook cocinar chef
    👫 couple pareja
    👪 family familia
    👥 people gente
    🗣️ speaking hablar`,
  symbols: `
    ❤️ heart corazon amor love
    🧡 orange_heart corazon_naranja
    💛 yellow_heart corazon_amarillo
    💚 green_heart corazon_verde
    💙 blue_heart corazon_azul
    💜 purple_heart corazon_morado
    🖤 black_heart corazon_negro
    🤍 white_heart corazon_blanco
    💔 broken_heart corazon_roto
    💕 two_hearts corazones
    💯 100 cien
    💥 boom explosion
    💫 dizzy vueltas
    💦 sweat_drops gotas
    💤 zzz_sign sueno
    ✨ sparkles brillos
    ⭐ star estrella
    🌟 glowing_star estrella_brillante
    🔥 fire fuego
    ✅ check hecho listo done
    ☑️ ballot_check casilla
    ✔️ heavy_check visto
    ❌ x mal error
    ❗ exclamation exclamacion
    ❓ question pregunta
    ⚠️ warning aviso cuidado
    ⛔ no_entry prohibido
    🚫 forbidden no_permitido
    🆗 ok_sign de_acuerdo
    🆕 new nuevo
    🆘 sos socorro
    ➕ plus mas
    ➖ minus menos
    ➡️ arrow_right derecha
    ⬅️ arrow_left izquierda
    ⬆️ arrow_up arriba
    ⬇️ arrow_down abajo
    🔄 refresh repetir
    🔴 red_circle rojo
    🟡 yellow_circle amarillo
    🟢 green_circle verde
    🔵 blue_circle azul
    ♻️ recycle reciclar
    ♾️ infinity infinito
    💬 speech_balloon mensaje chat
    💭 thought_balloon pensamiento
    🎵 musical_note nota_musical
    🎶 notes musica`,
  nature: `
    🐶 dog perro
    🐱 cat gato
    🐭 mouse raton
    🐰 rabbit conejo
    🦊 fox zorro
    🐻 bear oso
    🐼 panda
    🐨 koala
    🐯 tiger tigre
    🦁 lion leon
    🐮 cow vaca
    🐷 pig cerdo
    🐸 frog rana
    🐵 monkey_face mono_cara
    🐔 chicken gallina
    🐧 penguin pinguino
    🐦 bird pajaro
    🦉 owl buho
    🐴 horse caballo
    🦄 unicorn unicornio
    🐝 bee abeja
    🐛 bug bicho oruga
    🦋 butterfly mariposa
    🐌 snail caracol
    🐞 ladybug mariquita
    🐢 turtle tortuga
    🐍 snake serpiente
    🐙 octopus pulpo
    🐟 fish pez
    🐬 dolphin delfin
    🐳 whale ballena
    🦈 shark tiburon
    🐘 elephant elefante
    🐑 sheep oveja
    🌵 cactus
    🎄 christmas_tree navidad
    🌲 tree arbol pino
    🌴 palm_tree palmera
    🌱 seedling brote
    🍀 clover trebol
    🌸 blossom flor
    🌹 rose rosa
    🌻 sunflower girasol
    🌷 tulip tulipan
    🍁 maple_leaf hoja
    🌍 earth mundo tierra
    🌙 moon luna
    ☀️ sun sol
    ⛅ cloud_sun nubes_y_sol
    ☁️ cloud nube
    🌧️ rain lluvia
    ⛈️ storm tormenta
    ❄️ snowflake nieve
    ⛄ snowman muneco_de_nieve
    ⚡ zap rayo
    🌈 rainbow arcoiris
    🌊 ocean ola mar`,
  food: `
    ☕ coffee cafe
    🍵 tea te
    🧉 mate
    🍺 beer cerveza
    🍻 beers brindis_cerveza
    🍷 wine vino
    🥂 clinking_glasses brindis
    🍾 champagne cava
    🍸 cocktail coctel
    🥤 cup_with_straw refresco
    🧊 ice hielo
    🍎 apple manzana
    🍐 pear pera
    🍊 orange naranja
    🍋 lemon limon
    🍌 banana platano
    🍉 watermelon sandia
    🍇 grapes uvas
    🍓 strawberry fresa
    🍒 cherries cerezas
    🍑 peach melocoton
    🍍 pineapple pina
    🥑 avocado aguacate
    🍅 tomato tomate
    🥕 carrot zanahoria
    🌽 corn maiz
    🌶️ hot_pepper picante
    🧄 garlic ajo
    🥔 potato patata
    🍞 bread pan
    🥐 croissant cruasan
    🧀 cheese queso
    🥚 egg huevo
    🍳 cooking huevo_frito
    🥓 bacon beicon
    🍔 hamburger hamburguesa
    🍟 fries patatas_fritas
    🍕 pizza
    🌮 taco
    🥘 paella
    🍲 stew guiso
    🥗 salad ensalada
    🍝 spaghetti pasta
    🍣 sushi
    🍚 rice arroz
    🍦 ice_cream helado
    🍩 doughnut donut rosquilla
    🍪 cookie galleta
    🎂 birthday cumpleanos tarta
    🍰 cake pastel
    🍫 chocolate
    🍬 candy caramelo
    🍿 popcorn palomitas
    🍽️ plate comer`,
  things: `
    🎉 tada confeti enhorabuena fiesta_sorpresa
    🎊 confetti_ball serpentinas
    🎈 balloon globo
    🎁 gift regalo
    🏆 trophy trofeo
    🥇 first_place medalla oro
    🥈 second_place plata
    🥉 third_place bronce
    ⚽ soccer futbol
    🏀 basketball baloncesto
    🎾 tennis tenis
    🏐 volleyball voleibol
    🎲 game_die dado
    ♟️ chess ajedrez
    🎮 video_game videojuego
    🎯 dart diana
    🎨 art arte
    🎭 theater teatro
    🎬 clapper cine
    🎤 microphone microfono
    🎧 headphones auriculares
    🎸 guitar guitarra
    🎹 piano
    🎺 trumpet trompeta
    📷 camera camara
    📱 phone movil
    💻 computer ordenador
    ⌨️ keyboard teclado
    🖨️ printer impresora
    💾 floppy_disk guardar
    🔋 battery bateria
    🔌 plug enchufe
    💡 bulb idea bombilla
    🔦 flashlight linterna
    📚 books libros
    📖 book libro leer
    📝 memo nota_escrita
    📌 pushpin chincheta
    📎 paperclip clip
    📅 calendar calendario
    📈 chart_up subida
    📉 chart_down bajada
    📊 bar_chart grafico
    📦 package paquete
    ✉️ envelope carta
    📧 email correo
    🔔 bell campana
    📣 megaphone megafono
    🔍 search buscar lupa
    🔒 lock candado
    🔑 key llave
    🛠️ tools herramientas
    🔧 wrench llave_inglesa
    🔨 hammer martillo
    ⚙️ gear ajustes
    🧪 test_tube prueba
    🔬 microscope microscopio
    💊 pill pastilla
    🧹 broom limpiar
    🗑️ wastebasket papelera
    ⏰ alarm_clock despertador
    ⏳ hourglass espera
    ⌚ watch reloj
    💰 moneybag dinero
    💶 euro euros
    💳 credit_card tarjeta
    👑 crown corona
    👓 glasses gafas
    ☂️ umbrella paraguas
    🎩 top_hat sombrero`,
  places: `
    🏠 house casa
    🏢 office oficina
    🏫 school colegio
    🏥 hospital
    🏖️ beach playa
    ⛰️ mountain montana
    🏕️ camping acampada
    🏰 castle castillo
    ⛪ church iglesia
    🗽 liberty libertad
    🌆 city ciudad
    🚗 car coche
    🚕 taxi
    🚌 bus autobus
    🚑 ambulance ambulancia
    🚒 fire_engine bomberos
    🚲 bike bici
    🏍️ motorcycle moto
    🚄 train tren
    ✈️ airplane avion
    🚀 rocket cohete
    🚁 helicopter helicoptero
    ⛵ sailboat velero barco
    ⚓ anchor ancla
    🚧 construction obras
    🚦 traffic_light semaforo
    🗺️ map mapa
    🧭 compass brujula
    🧳 luggage maleta
    ⛽ fuelpump gasolina
    🏁 finish meta
    🚩 flag bandera`,
};
